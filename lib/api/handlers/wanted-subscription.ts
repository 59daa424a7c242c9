import type { WantedSubscription } from '#operator/provision/wanted';
import type { SubscriptionRequest } from '../schemas/act.ts';

/** An option that is not chosen is not there. */
export function wantedSubscription({
  filter,
  qos,
  noLocal,
  retainAsPublished,
  subscriptionIdentifier,
}: SubscriptionRequest & { readonly filter: string }): WantedSubscription {
  return {
    filter,
    qos,
    ...(noLocal === true && { noLocal }),
    ...(retainAsPublished === true && { retainAsPublished }),
    ...(subscriptionIdentifier !== undefined && { subscriptionIdentifier }),
  };
}
