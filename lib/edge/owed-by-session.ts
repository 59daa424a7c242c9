import { subscriptionsOfLife } from '#session/due';
import type { LoggedMessage } from '#session/message';
import { later, positionAt } from '#session/position';
import type { Settings } from '#session/settings';
import { owesStraggler } from '#session/stragglers';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topic-filter';
import type { EndedWith, LostMessagesStores } from './ended-with.ts';

/** What one subscription was still owed, the messages that were appended late among it. */
async function* owedTo(
  subscription: Subscription,
  { filter, shards }: { readonly filter: string; readonly shards: number },
  { session, endedAtMs }: EndedWith,
  settings: Settings,
  { log }: LostMessagesStores,
): AsyncGenerator<LoggedMessage> {
  const upTo = positionAt(endedAtMs);
  const from = later(session.cursor, positionAt(owedSinceMs(subscription)));
  yield* log.read({ filter, shards, from, upTo });
  const stragglersFrom = session.stragglersFrom ?? positionAt(session.startedAtMs);
  for await (const message of log.readStragglers({ filter, from: stragglersFrom, upTo })) {
    if (owesStraggler(session, subscription, message.receivedAtMs, settings)) yield message;
  }
}

/** What a session of the lifecycle edge was owed, from its cursor on; a message once for each filter. */
export async function* owedBySession(
  ended: EndedWith,
  settings: Settings,
  stores: LostMessagesStores,
): AsyncGenerator<LoggedMessage> {
  const { session, subscriptions } = ended;
  const owed = subscriptionsOfLife(session, subscriptions).filter(({ qos }) => qos !== 0);
  const filters = [...new Set(owed.map(({ filter }) => parseSharedFilter(filter).filter))];
  const routes = await stores.routes.find(filters);
  const shardsOf = new Map(routes.map(({ filter, shards }) => [filter, shards]));
  for (const subscription of owed) {
    const { filter, shareName } = parseSharedFilter(subscription.filter);
    // What waits for a group waits for its other members too.
    if (shareName !== undefined) continue;
    const part = { filter, shards: shardsOf.get(filter) ?? settings.logShards };
    yield* owedTo(subscription, part, ended, settings, stores);
  }
}
