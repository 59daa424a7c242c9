import type { Provision, SubscriptionRequest } from '#api/schemas/act';
import type { Problem } from '../api/problem.ts';

export type QoS = SubscriptionRequest['qos'];

/** A subscription as it stands in the form. */
export interface SubscriptionDraft {
  /** Tells it from the others while they come and go. */
  readonly key: number;
  readonly filter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** A number, or '' for none. */
  readonly subscriptionIdentifier: string;
}

/** A session as it stands in the form. */
export interface SessionDraft {
  readonly clientId: string;
  /** Seconds; NaN while what is written is no number. */
  readonly sessionExpiryInterval: number;
  readonly subscriptions: readonly SubscriptionDraft[];
}

/** As many as the API takes at once. */
export const MOST_SUBSCRIPTIONS = 100;
const WEEK_SECONDS = 7 * 86_400;

export function emptyDraft(clientId: string): SessionDraft {
  return { clientId, sessionExpiryInterval: WEEK_SECONDS, subscriptions: [emptySubscription([])] };
}

export function emptySubscription(others: readonly SubscriptionDraft[]): SubscriptionDraft {
  const key = Math.max(0, ...others.map((other) => other.key)) + 1;
  return { key, filter: '', qos: 1, noLocal: false, retainAsPublished: false, subscriptionIdentifier: '' };
}

/** What is asked of the API beside the filter; an option that is not chosen is not named. */
export function subscriptionRequestOf(draft: SubscriptionDraft): SubscriptionRequest {
  const { qos, noLocal, retainAsPublished, subscriptionIdentifier: identifier } = draft;
  return {
    qos,
    ...(noLocal && { noLocal }),
    ...(retainAsPublished && { retainAsPublished }),
    ...(identifier !== '' && { subscriptionIdentifier: Number(identifier) }),
  };
}

/** What is asked of the API. */
export function provisionOf({ sessionExpiryInterval, subscriptions }: SessionDraft): Provision {
  return {
    sessionExpiryInterval,
    subscriptions: subscriptions.map((each) => ({ filter: each.filter, ...subscriptionRequestOf(each) })),
  };
}

/** What was refused, by the field of the form: `clientId`, `/subscriptions/0/filter`. */
export type FieldErrors = ReadonlyMap<string, string>;

/** Fields of the form of a whole session. */
export const SESSION_FIELDS =
  /^(clientId|\/sessionExpiryInterval|\/subscriptions\/\d+\/(filter|qos|noLocal|retainAsPublished|subscriptionIdentifier))$/;
/** Fields of the form of one subscription. */
export const SUBSCRIPTION_FIELDS = /^(filter|\/(qos|noLocal|retainAsPublished|subscriptionIdentifier))$/;

/** Of a problem that is about fields of the form and nothing else; empty where it is about more. */
export function fieldErrorsOf(problem: Problem | undefined, fields: RegExp): FieldErrors {
  const errors = problem?.errors ?? [];
  if (!errors.every(({ field }) => fields.test(field))) return new Map();
  return new Map(errors.map(({ field, message }) => [field, message]));
}
