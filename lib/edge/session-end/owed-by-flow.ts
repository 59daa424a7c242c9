import { OWN_LOG_SHARDS, ownLog } from '#session/delivery/own-log';
import { isTaken } from '#session/flow/reading';
import type { LifeRules } from '#session/life/life';
import type { LoggedMessage } from '#session/message';
import { LOG_START, later, positionAt } from '#session/position';
import { owedSinceMs, subscribedIn } from '#session/subscription';
import { deliveryTo } from '#session/topics/matching';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { EndedWith, LostMessagesStores } from './ended-with.ts';

/** It was given to the client as a member of a share group. */
function isOfGroup({ subscription = '' }: LoggedMessage): boolean {
  return parseSharedFilter(subscription).shareName !== undefined;
}

/**
 * What a session of the packet edge was owed: what its client has not acknowledged, and what its flow had not
 * taken from the logs; a message once for each filter. QoS 0 is owed where the policy lets it wait; what the other members
 * of a share group get instead is not lost.
 */
export async function* owedByFlow(
  { session, subscriptions, endedAtMs }: EndedWith,
  { policy, settings }: LifeRules,
  { routes, log, flows }: LostMessagesStores,
): AsyncGenerator<LoggedMessage> {
  const { clientId, incarnation } = session;
  const stored = await flows.get(clientId);
  const flow = stored?.incarnation === incarnation ? stored : undefined;
  for (const { state, qos, log: key, position } of flow?.outbound ?? []) {
    // PUBREC says that the client has it. [MQTT-4.3.3-4]
    const message = state === 'publish' ? await log.get(key, position) : undefined;
    // [MQTT-4.8.2-5]
    if (message !== undefined && (qos === 2 || !isOfGroup(message))) yield message;
  }
  const own = subscribedIn(incarnation, subscriptions);
  const plain = own.filter(({ filter }) => parseSharedFilter(filter).shareName === undefined);
  const found = await routes.find(plain.map(({ filter }) => filter));
  const shardsOf = new Map(found.map(({ filter, shards }) => [filter, shards]));
  // Without a flow the session says what an operator has given up.
  const cursor = flow?.cursor ?? session.stragglersFrom ?? LOG_START;
  const logs = plain.map((subscription) => ({
    filter: subscription.filter,
    from: later(cursor, positionAt(owedSinceMs(subscription))),
    shards: shardsOf.get(subscription.filter) ?? settings.logShards,
  }));
  const end = positionAt(endedAtMs);
  for (const read of [...logs, { filter: ownLog(session), from: cursor, shards: OWN_LOG_SHARDS }]) {
    for await (const message of log.readAppended(read)) {
      if (message.position >= end) break;
      if (flow !== undefined && (isTaken(flow, message.position) || isOfGroup(message))) continue;
      const delivery = deliveryTo(own, message, clientId);
      if (delivery !== undefined && (delivery.qos > 0 || policy.queueQos0)) yield message;
    }
  }
}
