import { isSubscribed, optionsOf, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { StoreItemError } from '../errors.ts';
import type { Item } from '../requests/request.ts';

/** A subscription with what the store adds to it. */
export interface StoredSubscription {
  readonly subscription: Subscription;
  /** Rises with every write; every write is conditional on it. */
  readonly revision: number;
}

interface SubscriptionItem extends Omit<Subscription, 'subscribedAtMs'> {
  /** Absent once unsubscribed. */
  readonly subscribedAtMs?: readonly number[];
  readonly revision: number;
  /** The key of the index, absent once unsubscribed: the item leaves the index. */
  readonly routedFilter?: string;
  /** When an unsubscribed filter need no longer be remembered, epoch seconds. */
  readonly expiresAt?: number;
}

/** How long an unsubscribed filter is remembered, so that a late `subscribed` event does not bring it back. */
const REMEMBERED_SECONDS = 6 * 60 * 60;

/** The attributes of a subscription; without subscribe times it is the memory of an unsubscribe. */
export function toItem({ subscription, revision }: StoredSubscription, nowMs: number): Item {
  const { subscribedAtMs, ...plain } = subscription;
  const item: SubscriptionItem = {
    ...plain,
    revision,
    ...(isSubscribed(subscription)
      ? { subscribedAtMs, routedFilter: parseSharedFilter(subscription.filter).filter }
      : { expiresAt: Math.ceil(nowMs / 1000) + REMEMBERED_SECONDS }),
  };
  return { ...item };
}

/** A subscription from its item. */
export function fromItem(item: Item): StoredSubscription {
  if (typeof item['filter'] !== 'string' || typeof item['incarnation'] !== 'string') {
    throw new StoreItemError(
      `An item of Subscriptions has filter and incarnation, but this one has ${Object.keys(item).join(', ')}; remove it or restore it`,
    );
  }
  const stored = item as unknown as SubscriptionItem;
  const { subscribedAtMs, revision, routedFilter: _routed, expiresAt: _expiresAt, ...plain } = stored;
  // Kept in this order: what is known is compared with what an event makes of it as text.
  const { clientId, filter, incarnation, sessionIdentifier, unsubscribedAtMs, qos } = plain;
  const subscription: Subscription = {
    clientId,
    filter,
    incarnation,
    sessionIdentifier,
    subscribedAtMs: subscribedAtMs ?? [],
    ...(unsubscribedAtMs === undefined ? {} : { unsubscribedAtMs }),
    ...(qos === undefined ? {} : { qos }),
    ...optionsOf(plain),
  };
  return { subscription, revision };
}
