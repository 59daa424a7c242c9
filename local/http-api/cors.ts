import type { IncomingHttpHeaders } from 'node:http';

/** `CorsConfiguration` of an HTTP API. */
export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds: number | undefined;
}

export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The headers of an answer to a preflight request; none of them to an origin that is not allowed. */
export function preflightHeaders(cors: Cors, headers: IncomingHttpHeaders): Record<string, string> {
  const allowed = allowedOrigin(cors, headers);
  if (allowed === undefined) return {};
  return {
    ...allowed,
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

export function corsHeaders(cors: Cors, headers: IncomingHttpHeaders): Record<string, string> {
  const allowed = allowedOrigin(cors, headers);
  if (allowed === undefined) return {};
  const { exposeHeaders } = cors;
  return {
    ...allowed,
    ...(exposeHeaders.length > 0 && { 'access-control-expose-headers': exposeHeaders.join(',') }),
  };
}

function allowedOrigin(cors: Cors, { origin }: IncomingHttpHeaders): Record<string, string> | undefined {
  if (origin === undefined) return undefined;
  const any = cors.allowOrigins.includes('*');
  if (!any && !cors.allowOrigins.includes(origin)) return undefined;
  return {
    'access-control-allow-origin': any && !cors.allowCredentials ? '*' : origin,
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin',
  };
}
