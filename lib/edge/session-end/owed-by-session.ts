import { subscriptionsOfLife } from '#session/delivery/due';
import { owesStraggler } from '#session/delivery/stragglers';
import type { LifeRules } from '#session/life/life';
import type { LoggedMessage } from '#session/message';
import { later, type Position, positionAt, positionOf } from '#session/position';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { EndedWith, LostMessagesStores } from './ended-with.ts';

/** What one subscription was still owed, the messages that were appended late among it. */
async function* owedTo(
  subscription: Subscription,
  { filter, shards }: { readonly filter: string; readonly shards: number },
  { session, endedAtMs }: EndedWith,
  { settings, policy }: LifeRules,
  { log }: LostMessagesStores,
): AsyncGenerator<LoggedMessage> {
  const upTo = positionAt(endedAtMs);
  const from = later(session.cursor, positionAt(owedSinceMs(subscription)));
  // As the pump delivers: neither what has given way, nor what does not wait.
  const { skip } = session.progress?.incarnation === session.incarnation ? session.progress : {};
  const waits = ({ qos }: LoggedMessage, position: Position) =>
    (policy.queueQos0 || (qos > 0 && subscription.qos !== 0)) &&
    !(skip !== undefined && position >= skip.from && position < skip.upTo);
  for await (const message of log.read({ filter, shards, from, upTo }))
    if (waits(message, message.position)) yield message;
  const stragglersFrom = session.stragglersFrom ?? positionAt(session.startedAtMs);
  for await (const message of log.readStragglers({ filter, from: stragglersFrom, upTo })) {
    const isOwed = owesStraggler(session, subscription, message.receivedAtMs, settings);
    // It gives way in the place that it would have had in time.
    if (isOwed && waits(message, positionOf(message.receivedAtMs, message.messageId))) yield message;
  }
}

/** What a session of the lifecycle edge was owed, from its cursor on; a message once for each filter. */
export async function* owedBySession(
  ended: EndedWith,
  rules: LifeRules,
  stores: LostMessagesStores,
): AsyncGenerator<LoggedMessage> {
  const { session, subscriptions } = ended;
  const owed = subscriptionsOfLife(session, subscriptions).filter(
    ({ qos }) => rules.policy.queueQos0 || qos !== 0,
  );
  const filters = [...new Set(owed.map(({ filter }) => parseSharedFilter(filter).filter))];
  const routes = await stores.routes.find(filters);
  const shardsOf = new Map(routes.map(({ filter, shards }) => [filter, shards]));
  for (const subscription of owed) {
    const { filter, shareName } = parseSharedFilter(subscription.filter);
    // What waits for a group waits for its other members too.
    if (shareName !== undefined) continue;
    const part = { filter, shards: shardsOf.get(filter) ?? rules.settings.logShards };
    yield* owedTo(subscription, part, ended, rules, stores);
  }
}
