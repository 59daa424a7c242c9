import type { LoggedMessage, Message, QoS } from '../message.ts';
import { positionAt } from '../position.ts';
import { isSubscribed, owedSinceMs, type Subscription } from '../subscription.ts';
import { matches, parseSharedFilter } from './topic-filter.ts';

/** How one message is sent to a client, whatever the number of its subscriptions that match. */
export interface Delivery {
  readonly qos: QoS;
  readonly retain: boolean;
  /** Of every subscription that it is sent for, in the order of these; absent if none has one. */
  readonly subscriptionIdentifiers?: readonly number[];
}

/** The subscriptions of a client that a topic matches; shared ones are served apart. */
export function matchingSubscriptions(
  subscriptions: readonly Subscription[],
  topic: string,
): readonly Subscription[] {
  return subscriptions.filter(
    (subscription) =>
      isSubscribed(subscription) &&
      parseSharedFilter(subscription.filter).shareName === undefined &&
      matches(subscription.filter, topic),
  );
}

/**
 * The one copy of a message that overlapping subscriptions ask for; undefined when the client is not to get
 * what it published itself. [MQTT-3.3.4-2] [MQTT-3.3.4-4] [MQTT-3.8.3-3]
 */
export function deliveryOf(
  matching: readonly Subscription[],
  message: Pick<Message, 'qos' | 'retain' | 'publisher'>,
  clientId: string,
): Delivery | undefined {
  const delivering = matching.filter(({ noLocal }) => !(noLocal && message.publisher === clientId));
  if (delivering.length === 0) return undefined;
  const granted = Math.max(...delivering.map(({ qos = 0 }) => qos));
  // [MQTT-3.3.4-3]
  const identifiers = delivering.flatMap(({ subscriptionIdentifier }) => subscriptionIdentifier ?? []);
  return {
    // [MQTT-3.8.4-8]
    qos: Math.min(granted, message.qos) as QoS,
    // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
    retain: message.retain === true && delivering.some(({ retainAsPublished }) => retainAsPublished),
    ...(identifiers.length === 0 ? {} : { subscriptionIdentifiers: identifiers }),
  };
}

/**
 * How a message from the log goes to the client; undefined when none of its subscriptions is owed it: they were
 * made later, it has unsubscribed meanwhile, or No Local forbids it. [MQTT-3.8.3-3]
 */
export function deliveryTo(
  subscriptions: readonly Subscription[],
  message: LoggedMessage,
  clientId: string,
): Delivery | undefined {
  const { subscription: filter, topic, position } = message;
  if (filter === undefined) {
    const owed = subscriptions.filter((each) => positionAt(owedSinceMs(each)) <= position);
    return deliveryOf(matchingSubscriptions(owed, topic), message, clientId);
  }
  const one = subscriptions.filter((each) => each.filter === filter);
  const delivery = deliveryOf(one, message, clientId);
  if (delivery === undefined) return undefined;
  // A retained message that a new subscription has brought. [MQTT-3.3.1-8]
  const isRetained = message.retain === true && parseSharedFilter(filter).shareName === undefined;
  return isRetained ? { ...delivery, retain: true } : delivery;
}
