import { subscriptionsOfLife } from '#session/due';
import { type LoggedMessage, messageHasExpired, pendingBytes } from '#session/message';
import { later, positionAt } from '#session/position';
import type { Session } from '#session/session';
import type { Settings } from '#session/settings';
import { owesStraggler } from '#session/stragglers';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topic-filter';
import type { MessageLog } from '#store/message-log';
import type { RouteStore } from '#store/routes';

/** Counting stops here: the event says that there were more. */
const MAXIMUM_MESSAGES = 10_000;
const NAMED_TOPICS = 10;

export interface LostMessages {
  readonly messages: number;
  readonly bytes: number;
  /** The first few topics. */
  readonly topics: readonly string[];
  /** There were more than are counted. */
  readonly atLeast: boolean;
}

/** What one subscription was still owed, the messages that were appended late among it. */
async function* owedTo(
  session: Session,
  subscription: Subscription,
  { filter, shards, endedAtMs }: { filter: string; shards: number; endedAtMs: number },
  settings: Settings,
  log: MessageLog,
): AsyncGenerator<LoggedMessage> {
  const upTo = positionAt(endedAtMs);
  const from = later(session.cursor, positionAt(owedSinceMs(subscription)));
  yield* log.read({ filter, shards, from, upTo });
  const stragglersFrom = session.stragglersFrom ?? positionAt(session.startedAtMs);
  for await (const message of log.readStragglers({ filter, from: stragglersFrom, upTo })) {
    if (owesStraggler(session, subscription, message.receivedAtMs, settings)) yield message;
  }
}

/** What was waiting for a session when it ended. A message that several of its filters match counts once. */
export async function countLost(
  session: Session,
  subscriptions: readonly Subscription[],
  endedAtMs: number,
  settings: Settings,
  { routes, log }: { readonly routes: RouteStore; readonly log: MessageLog },
): Promise<LostMessages> {
  const owed = subscriptionsOfLife(session, subscriptions).filter(({ qos }) => qos !== 0);
  const filters = [...new Set(owed.map(({ filter }) => parseSharedFilter(filter).filter))];
  const shardsOf = new Map((await routes.find(filters)).map(({ filter, shards }) => [filter, shards]));
  const seen = new Set<string>();
  const topics = new Set<string>();
  let bytes = 0;
  for (const subscription of owed) {
    const { filter, shareName } = parseSharedFilter(subscription.filter);
    // What waits for a group waits for its other members too.
    if (shareName !== undefined) continue;
    const part = { filter, shards: shardsOf.get(filter) ?? settings.logShards, endedAtMs };
    for await (const message of owedTo(session, subscription, part, settings, log)) {
      if (seen.size >= MAXIMUM_MESSAGES) break;
      if (seen.has(message.messageId) || messageHasExpired(message, endedAtMs)) continue;
      seen.add(message.messageId);
      bytes += pendingBytes(message);
      if (topics.size < NAMED_TOPICS) topics.add(message.topic);
    }
  }
  return { messages: seen.size, bytes, topics: [...topics], atLeast: seen.size >= MAXIMUM_MESSAGES };
}
