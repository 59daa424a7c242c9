import type { IncomingMessage } from 'node:http';

/** A request that has found its route: labels decoded, body read. */
export interface DataPlaneRequest {
  /** Client identifier or topic, whichever the route has; empty for lists. */
  readonly label: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** AWS's own examples write TRUE, its SDKs true. */
export function flag(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true';
}

/** The whole number of a query parameter, its default if absent, or undefined if it is none in the range. */
export function integer(
  query: URLSearchParams,
  name: string,
  range: { least: number; most: number; byDefault: number },
): number | undefined {
  const text = query.get(name);
  if (text === null) return range.byDefault;
  const value = Number(text);
  return Number.isInteger(value) && value >= range.least && value <= range.most ? value : undefined;
}
