export type PageName =
  | 'overview'
  | 'sessions'
  | 'session'
  | 'make-session'
  | 'topics'
  | 'filters'
  | 'advice'
  | 'dead-letters'
  | 'end-idle'
  | 'unknown';

export interface Route {
  readonly page: PageName;
  /** Of page `session`. */
  readonly clientId: string;
  readonly query: URLSearchParams;
}

const PLAIN_PAGES: readonly string[] = [
  'sessions',
  'make-session',
  'topics',
  'filters',
  'advice',
  'dead-letters',
  'end-idle',
];

/** @example parseRoute('#/sessions/device%2F7') // page 'session', clientId 'device/7' */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = split(hash.replace(/^#\/?/, ''), '?');
  const [first = '', ...rest] = path.split('/');
  const query = new URLSearchParams(search);
  const route = (page: PageName, clientId = '') => ({ page, clientId, query });
  if (path === '') return route('overview');
  if (rest.length === 0 && PLAIN_PAGES.includes(first)) return route(first as PageName);
  const clientId = rest.length === 1 ? decoded(rest[0]) : undefined;
  return first === 'sessions' && clientId ? route('session', clientId) : route('unknown');
}

export function href(page: Exclude<PageName, 'session' | 'unknown'>, query: Query = {}): string {
  const path = page === 'overview' ? '' : page;
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `#/${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
}

export const sessionHref = (clientId: string): string => `#/sessions/${encodeURIComponent(clientId)}`;

type Query = Readonly<Record<string, string | undefined>>;

function split(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Undefined when somebody has written a `%` by hand that encodes nothing. */
function decoded(segment = ''): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
