import { Problem, problemOf } from './problem.ts';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's address, with a leading slash; every segment percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Only if there is nothing at the path: `If-None-Match: *`. */
  readonly onlyIfNone?: true;
  readonly signal?: AbortSignal | undefined;
}

export type Transport = (request: ApiRequest) => Promise<unknown>;

/** Who the operator is, for the API. */
export interface Credentials {
  /** The value of the header Authorization; undefined sends none. */
  authorization(): Promise<string | undefined>;
  /** The API did not accept it. */
  refused(): void;
}

export const NO_CREDENTIALS: Credentials = { authorization: async () => undefined, refused: () => {} };

/** Requests through `fetch`; every failure is a Problem, except the abort of the caller. */
export function fetchTransport(apiUrl: string, credentials: Credentials): Transport {
  return async ({ method = 'GET', path, query = {}, body, onlyIfNone, signal }) => {
    const authorization = await credentials.authorization();
    const response = await fetch(`${apiUrl}${path}${queryString(query)}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(onlyIfNone && { 'if-none-match': '*' }),
      },
      cache: 'no-store',
      credentials: 'omit',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      throw unreachable(apiUrl, error);
    });
    if (response.status === 401) credentials.refused();
    if (!response.ok) throw await problemOf(response);
    if (response.status === 204) return undefined;
    return response.json();
  };
}

function queryString(query: NonNullable<ApiRequest['query']>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function unreachable(apiUrl: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return new Problem({
    status: 0,
    code: 'network.unreachable',
    title: 'The API did not answer',
    detail: `${new URL(apiUrl, location.href).href}: ${reason}.`,
  });
}
