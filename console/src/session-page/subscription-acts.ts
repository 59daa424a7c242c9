import type { SubscriptionChange } from '#api/schemas/act';
import type { Session } from '#api/schemas/session';
import type { Api } from '../api/api.ts';
import { type SubscriptionDraft, subscriptionRequestOf } from '../make-session/draft.ts';
import { visible } from '../text/visible.ts';

type Subscription = Session['subscriptions'][number];

/** Why nobody but the device can change what it has subscribed. */
export const ONLY_THE_DEVICE =
  'While the device is connected through AWS IoT Core, only it can subscribe, and end what it has subscribed.';

/** Its subscriptions are the broker's. */
export const isOfBroker = ({ edge, status }: Session) => edge === 'lifecycle' && status === 'connected';

export function canUnsubscribe(session: Session, { byOperator }: Subscription): boolean {
  return byOperator || !isOfBroker(session);
}

const SUBSCRIBED: Readonly<Record<SubscriptionChange['outcome'], (filter: string) => string>> = {
  created: (filter) => `The session is subscribed to ${filter}.`,
  changed: (filter) => `The subscription to ${filter} was changed.`,
  unchanged: (filter) => `The subscription to ${filter} was like this already. Nothing was changed.`,
};

/** Subscribes and says what it came to. */
export async function subscribe(api: Api, clientId: string, draft: SubscriptionDraft): Promise<string> {
  const { outcome } = await api.subscribe(clientId, draft.filter, subscriptionRequestOf(draft));
  return SUBSCRIBED[outcome](visible(draft.filter));
}

/** Unsubscribes and says what it came to. */
export async function unsubscribe(api: Api, clientId: string, filter: string): Promise<string> {
  const { outcome, heldByBroker } = await api.unsubscribe(clientId, filter);
  const held = heldByBroker
    ? " The broker's own session still stands, and may bring what matches if the client returns in time."
    : '';
  if (outcome === 'notSubscribed')
    return `There was no subscription to ${visible(filter)} any more. Nothing was changed.${held}`;
  return `The subscription to ${visible(filter)} has ended.${held}`;
}
