import type { QoS } from './message.ts';

/** How many subscribe times of one filter are remembered, so that events may arrive in any order. */
const REMEMBERED_SUBSCRIBES = 8;

/** What an MQTT 5 SUBSCRIBE asks for with a filter besides its QoS; the latest one counts as a whole. */
export interface SubscriptionOptions {
  /** Messages that the client itself publishes are not for it. [MQTT-3.8.3-3] */
  readonly noLocal?: true;
  /** RETAIN is forwarded as it was published. [MQTT-3.3.1-13] */
  readonly retainAsPublished?: true;
  /** Sent along with what matches. [MQTT-3.3.4-3] */
  readonly subscriptionIdentifier?: number;
  /** An operator has made it, and the device has not subscribed itself since: the broker does not know of it. */
  readonly isProvisioned?: true;
}

/** One filter of one session: what its SUBSCRIBE and UNSUBSCRIBE packets have said so far. */
export interface Subscription extends SubscriptionOptions {
  readonly clientId: string;
  /** The filter as the client sent it, `$share/…` included. */
  readonly filter: string;
  /** The life of the client to which it belongs. */
  readonly incarnation: string;
  /** The connection that subscribed last. */
  readonly sessionIdentifier: string;
  /** Times of the SUBSCRIBE packets after the last UNSUBSCRIBE, epoch milliseconds, ascending. */
  readonly subscribedAtMs: readonly number[];
  /** Time of the last UNSUBSCRIBE, epoch milliseconds. */
  readonly unsubscribedAtMs?: number;
  /** Granted QoS; absent while the broker has not been asked successfully. */
  readonly qos?: QoS;
}

/** One SUBSCRIBE or UNSUBSCRIBE of one filter. */
export interface SubscriptionChange extends SubscriptionOptions {
  readonly clientId: string;
  readonly filter: string;
  readonly incarnation: string;
  readonly sessionIdentifier: string;
  readonly kind: 'subscribed' | 'unsubscribed';
  readonly atMs: number;
  readonly qos?: QoS;
}

function remember(times: readonly number[]): number[] {
  const sorted = [...new Set(times)].sort((one, other) => one - other);
  if (sorted.length <= REMEMBERED_SUBSCRIBES) return sorted;
  // The first says since when messages are owed, the last since when the broker delivers itself.
  return [...sorted.slice(0, 1), ...sorted.slice(sorted.length - REMEMBERED_SUBSCRIBES + 1)];
}

/**
 * Joins a change to what is known. Invariant: the result is the same for every order and any duplication of
 * the same changes. An item of another incarnation does not exist: the change starts afresh.
 */
export function changeSubscription(
  known: Subscription | undefined,
  change: SubscriptionChange,
): { readonly outcome: 'changed' | 'unchanged'; readonly subscription: Subscription } {
  const base = known?.incarnation === change.incarnation ? known : undefined;
  const unsubscribedAtMs =
    change.kind === 'unsubscribed'
      ? Math.max(change.atMs, base?.unsubscribedAtMs ?? change.atMs)
      : base?.unsubscribedAtMs;
  const times = [...(base?.subscribedAtMs ?? []), ...(change.kind === 'subscribed' ? [change.atMs] : [])];
  const subscribedAtMs = remember(
    times.filter((atMs) => unsubscribedAtMs === undefined || atMs > unsubscribedAtMs),
  );
  const isLatest = change.kind === 'subscribed' && change.atMs >= (base?.subscribedAtMs.at(-1) ?? 0);
  const qos = isLatest ? (change.qos ?? base?.qos) : (base?.qos ?? change.qos);
  const subscription: Subscription = {
    clientId: change.clientId,
    filter: change.filter,
    incarnation: change.incarnation,
    sessionIdentifier: isLatest || base === undefined ? change.sessionIdentifier : base.sessionIdentifier,
    subscribedAtMs,
    ...(unsubscribedAtMs === undefined ? {} : { unsubscribedAtMs }),
    ...(qos === undefined ? {} : { qos }),
    ...optionsOf(isLatest || base === undefined ? change : base),
  };
  const unchanged = base !== undefined && JSON.stringify(base) === JSON.stringify(subscription);
  return { outcome: unchanged ? 'unchanged' : 'changed', subscription };
}

/** The options alone, always in the same order. */
export function optionsOf(of: SubscriptionOptions): SubscriptionOptions {
  return {
    ...(of.noLocal && { noLocal: true }),
    ...(of.retainAsPublished && { retainAsPublished: true }),
    ...(of.subscriptionIdentifier !== undefined && { subscriptionIdentifier: of.subscriptionIdentifier }),
    ...(of.isProvisioned && { isProvisioned: true }),
  };
}

/** True while the filter is subscribed. */
export function isSubscribed(subscription: Subscription): boolean {
  return subscription.subscribedAtMs.length > 0;
}

/** Those of one life that are subscribed: what the packet edge delivers for. */
export function subscribedIn(incarnation: string, subscriptions: readonly Subscription[]): Subscription[] {
  return subscriptions.filter((each) => isSubscribed(each) && each.incarnation === incarnation);
}

/** From when on messages are owed, epoch milliseconds. */
export function owedSinceMs(subscription: Subscription): number {
  return subscription.subscribedAtMs[0] ?? Number.POSITIVE_INFINITY;
}

/** Since when the broker delivers this filter on the given connection itself; undefined when it does not. */
export function liveSinceMs(subscription: Subscription, sessionIdentifier: string): number | undefined {
  return subscription.sessionIdentifier === sessionIdentifier && !subscription.isProvisioned
    ? subscription.subscribedAtMs.at(-1)
    : undefined;
}
