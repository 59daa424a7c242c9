import { NEVER } from '#session/expiry';
import { endOf } from '#session/life/connection';
import { exists, newestConnection, type Session } from '#session/session';
import type { ListedClient, ListedClients, SessionIndex } from '#store/sessions/session-index';
import type { SessionStore } from '#store/sessions/sessions';

/** Which sessions are asked for; what is absent does not matter. */
export interface SessionQuery {
  readonly status?: 'connected' | 'disconnected' | undefined;
  /** The beginning of the client identifier. */
  readonly prefix?: string | undefined;
  readonly expiresBeforeMs?: number | undefined;
  readonly disconnectedBeforeMs?: number | undefined;
}

export interface SessionPage {
  readonly sessions: readonly Session[];
  /** Behind which the next page begins; absent on the last one. */
  readonly nextKey?: string;
}

export interface SessionListDependencies {
  readonly index: SessionIndex;
  readonly sessions: Pick<SessionStore, 'getMany'>;
  readonly clock: () => number;
}

/** A page looks at no more entries of the index than this: with `since` in the key alone, or at the session too. */
const MOST_KEYS = 400;
const MOST_SESSIONS = 100;

type Listing = (range: {
  readonly after: string | undefined;
  readonly most: number;
}) => Promise<ListedClients>;

/**
 * A page of sessions: in order of client identifiers, or of start or expiry where a status or a time is asked for
 * and no prefix. It looks at a bounded number of entries, so it may hold fewer than asked for, even none.
 */
export async function listSessions(
  query: SessionQuery,
  page: { readonly limit: number; readonly after?: string | undefined },
  { index, sessions, clock }: SessionListDependencies,
): Promise<SessionPage> {
  const nowMs = clock();
  const asksTime = query.expiresBeforeMs !== undefined || query.disconnectedBeforeMs !== undefined;
  const status = query.status ?? (asksTime ? 'disconnected' : undefined);
  // Who is connected neither expires nor is away.
  if (status === 'connected' && asksTime) return { sessions: [] };
  const isByClient = query.prefix !== undefined || status === undefined;
  const list: Listing = isByClient
    ? (range) => index.byClientId({ ...range, prefix: query.prefix })
    : (range) => index.byStatus({ ...range, status, ...spanOf(status, query, nowMs) });
  const mayMatch = ({ sinceSeconds }: ListedClient) =>
    sinceSeconds === undefined ||
    query.disconnectedBeforeMs === undefined ||
    sinceSeconds * 1000 < query.disconnectedBeforeMs;
  const isAskedFor = (session: Session) => exists(session, nowMs) && meets(session, { ...query, status });
  const bound = isByClient || query.disconnectedBeforeMs === undefined ? MOST_SESSIONS : MOST_KEYS;

  const found: Session[] = [];
  let { after } = page;
  let examined = 0;
  while (found.length < page.limit && examined < bound) {
    const room = page.limit - found.length;
    const most = Math.min(bound === MOST_KEYS ? MOST_SESSIONS : room, bound - examined);
    const { clients, isLast } = await list({ after, most });
    const looked = takeWhileRoom(clients, mayMatch, room);
    const candidates = looked.filter(mayMatch).map(({ clientId }) => clientId);
    const read = new Map(
      (await sessions.getMany(candidates, { consistent: false })).map((each) => [each.clientId, each]),
    );
    for (const clientId of candidates) {
      const session = read.get(clientId);
      if (session !== undefined && isAskedFor(session)) found.push(session);
    }
    if (isLast && looked.length === clients.length) return { sessions: found };
    examined += looked.length;
    after = looked.at(-1)?.key ?? after;
  }
  return { sessions: found, ...(after !== undefined && { nextKey: after }) };
}

/** The entries up to where so many of them may match. */
function takeWhileRoom(
  clients: readonly ListedClient[],
  mayMatch: (client: ListedClient) => boolean,
  room: number,
): readonly ListedClient[] {
  let left = room;
  const end = clients.findIndex((client) => {
    if (mayMatch(client)) left -= 1;
    return left < 0;
  });
  return end < 0 ? clients : clients.slice(0, end);
}

/** Of the sessions that are away, those that have not expired. */
function spanOf(status: 'connected' | 'disconnected', { expiresBeforeMs }: SessionQuery, nowMs: number) {
  if (status === 'connected') return {};
  return {
    from: Math.floor(nowMs / 1000),
    // The key has whole seconds, rounded up.
    before:
      expiresBeforeMs === undefined
        ? undefined
        : Math.max(0, Math.min(Math.ceil(expiresBeforeMs / 1000) + 1, NEVER)),
  };
}

function meets(
  session: Session,
  { status, prefix, expiresBeforeMs, disconnectedBeforeMs }: SessionQuery,
): boolean {
  if (status !== undefined && session.status !== status) return false;
  if (prefix !== undefined && !session.clientId.startsWith(prefix)) return false;
  if (expiresBeforeMs !== undefined && !((session.endsAtMs ?? Number.POSITIVE_INFINITY) < expiresBeforeMs)) {
    return false;
  }
  const endedAtMs = endOf(newestConnection(session)) ?? Number.POSITIVE_INFINITY;
  return disconnectedBeforeMs === undefined || endedAtMs < disconnectedBeforeMs;
}
