import { settledBeforeMs } from '#session/delivery/append-time';
import { subscriptionsOfLife } from '#session/delivery/due';
import { owesStraggler } from '#session/delivery/stragglers';
import type { LoggedMessage, QoS } from '#session/message';
import { earlier, type Position, positionAt, positionOf } from '#session/position';
import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { PumpDependencies } from './ports.ts';

/** Stragglers of one filter held in memory, to be put where they belong in the order. */
const MAXIMUM_HELD = 2_000;

/** A message that was appended late, with the position that it would have had in time. */
export type Straggler = LoggedMessage;

/** The stragglers of a client's filters, up to what has settled. */
export interface DueStragglers {
  /** In order of position, by the QoS of their subscription. */
  readonly byQos: ReadonlyMap<QoS, readonly Straggler[]>;
  /** With these delivered, stragglers are delivered up to here. */
  readonly upTo: Position;
}

/**
 * Reads the messages that were appended late. Each takes the place in the order that it would have had in
 * time, so that one which comes before its neighbours are delivered is delivered in order.
 */
export async function dueStragglers(
  session: Session,
  subscriptions: readonly Subscription[],
  { log, settings, clock, policyOf }: PumpDependencies,
): Promise<DueStragglers> {
  const { queueQos0 } = policyOf(session.clientId);
  const from = session.stragglersFrom ?? positionAt(session.startedAtMs);
  const settled = positionAt(settledBeforeMs(clock(), settings.settleSeconds * 1000));
  let upTo = settled;
  const byQos = new Map<QoS, Straggler[]>();
  for (const subscription of subscriptionsOfLife(session, subscriptions)) {
    const { filter, shareName } = parseSharedFilter(subscription.filter);
    const qos = subscription.qos ?? 1;
    // A group's stragglers are owed to nobody alone.
    if (shareName !== undefined || (qos === 0 && !queueQos0)) continue;
    const held = byQos.get(qos) ?? [];
    let count = 0;
    for await (const message of log.readStragglers({ filter, from, upTo: settled })) {
      count += 1;
      if (count > MAXIMUM_HELD) {
        upTo = earlier(upTo, message.position);
        break;
      }
      if (!owesStraggler(session, subscription, message.receivedAtMs, settings)) continue;
      held.push({ ...message, position: positionOf(message.receivedAtMs, message.messageId) });
    }
    if (held.length > 0) byQos.set(qos, held);
  }
  for (const held of byQos.values()) held.sort((one, other) => (one.position < other.position ? -1 : 1));
  return { byQos, upTo };
}
