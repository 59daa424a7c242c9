import { ownLog } from '#session/delivery/own-log';
import { LOG_START, type Position } from '#session/position';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { LogPages } from '#store/messages/log-pages';
import type { FoundMessage } from '#store/messages/message-log';
import type { RouteStore } from '#store/routes/routes';
import type { SessionState } from '../look-ups/session-view.ts';

/** What is looked for: a message by its id, the newest one on a topic, or both. */
export interface MessageWanted {
  readonly topic?: string | undefined;
  readonly messageId?: string | undefined;
}

export interface FindDependencies {
  readonly logPages: LogPages;
  readonly routes: Pick<RouteStore, 'find'>;
}

/** So many of the newest messages of each part are looked at. */
const MOST_MESSAGES = 500;
const PAGE_MESSAGES = 100;

/** The message in the logs of the client's filters, newest first; undefined: it is not among the newest. */
export async function findMessage(
  wanted: MessageWanted,
  filters: readonly string[],
  { session }: Pick<SessionState, 'session'>,
  { logPages, routes }: FindDependencies,
): Promise<FoundMessage | undefined> {
  const routed = [...new Set(filters.map((filter) => parseSharedFilter(filter).filter))];
  const known = routed.length === 0 ? [] : await routes.find(routed);
  const shardsOf = new Map(known.map(({ filter, shards }) => [filter, shards]));
  const logs = [...routed, ownLog(session)].flatMap((filter) =>
    Array.from({ length: shardsOf.get(filter) ?? 1 }, (_, shard) => ({ filter, shard })),
  );
  let newest: FoundMessage | undefined;
  for (const log of logs) {
    const found = await newestIn(log, wanted, logPages);
    if (found === undefined) continue;
    if (wanted.messageId !== undefined) return found;
    if (newest === undefined || found.position > newest.position) newest = found;
  }
  return newest;
}

async function newestIn(
  log: { readonly filter: string; readonly shard: number },
  { topic, messageId }: MessageWanted,
  logPages: LogPages,
): Promise<FoundMessage | undefined> {
  let upTo: Position | undefined;
  for (let looked = 0; looked < MOST_MESSAGES; looked += PAGE_MESSAGES) {
    const range = { ...log, from: LOG_START, limit: PAGE_MESSAGES, newestFirst: true };
    const { messages, isLast } = await logPages.page(upTo === undefined ? range : { ...range, upTo });
    const found = messages.find(
      (message) =>
        message.position !== upTo &&
        (topic === undefined || message.topic === topic) &&
        (messageId === undefined || isNamed(message, messageId)),
    );
    if (found !== undefined) return found;
    const last = messages.at(-1);
    if (isLast || last === undefined) return undefined;
    upTo = last.position;
  }
  return undefined;
}

/** What a member of a share group was given bears the filter behind the id. */
function isNamed(message: FoundMessage, messageId: string): boolean {
  return message.messageId === messageId || message.messageId === `${messageId}:${message.subscription}`;
}
