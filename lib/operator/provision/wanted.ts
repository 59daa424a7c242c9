import { packetClientId, withoutLifecycle } from '#edge/client-identifier';
import type { SessionPolicy } from '#session/configuration/policy';
import { capInterval } from '#session/expiry';
import type { QoS } from '#session/message';
import type { SessionEdge } from '#session/session-edge';
import { isSubscribed, optionsOf, type Subscription, type SubscriptionOptions } from '#session/subscription';
import { checkTopicFilter, parseSharedFilter } from '#session/topics/topic-filter';
import { MAXIMUM_KEY_TEXT_BYTES } from '#session/utf8';

export interface WantedSubscription extends Omit<SubscriptionOptions, 'isProvisioned'> {
  /** `$share/…` included. */
  readonly filter: string;
  readonly qos: QoS;
}

/** What an operator wants a session to be. */
export interface WantedSession {
  /** Seconds, at least 1; 4294967295 never expires. */
  readonly sessionExpiryInterval: number;
  /** All that it is to hold: others end. */
  readonly subscriptions: readonly WantedSubscription[];
  /** Where the client has a session already, that one is left as it is. */
  readonly onlyIfNone?: true;
}

/** The wider limits of the packet edge: where a client will connect is not known before it does. */
function filterProblem({ filter, noLocal }: WantedSubscription): string | undefined {
  const check = checkTopicFilter(filter);
  const named = `The filter ${JSON.stringify(filter.slice(0, 300))}`;
  if (!check.valid) return `${named} was refused: ${check.reason} [${check.clause}]`;
  if (Buffer.byteLength(filter) > MAXIMUM_KEY_TEXT_BYTES)
    return `${named} has ${Buffer.byteLength(filter)} bytes; allowed: at most ${MAXIMUM_KEY_TEXT_BYTES}`;
  if (noLocal && parseSharedFilter(filter).shareName !== undefined)
    return `${named} is shared; allowed: noLocal only for filters that are not [MQTT-3.8.3-4]`;
  return undefined;
}

/** Why no session can be made for a client identifier. */
function identifierProblem(clientId: string, policy: SessionPolicy, edge: SessionEdge): string | undefined {
  const refused = 'The client identifier was refused';
  const identifier = packetClientId.safeParse(clientId);
  if (!identifier.success) return `${refused}; allowed: ${identifier.error.issues[0]?.message}`;
  if (clientId.includes('\u0000'))
    return `${refused}: it has U+0000; allowed: what a string of MQTT may hold [MQTT-1.5.4-2]`;
  const ofBroker = edge === 'packets' ? undefined : withoutLifecycle(clientId);
  if (ofBroker === undefined) return undefined;
  return `${refused}: ${ofBroker.came}; allowed where the policy for ${policy.clients} has a device come through AWS IoT Core: ${ofBroker.allowed}`;
}

export interface Refusal {
  readonly reason: string;
  /** What of the request is at fault; absent: its body. */
  readonly isOfIdentifier?: true;
  /** Nothing is at fault: only the device may do it, for as long as it is connected. */
  readonly isOfConnection?: true;
}

/** Of a session whose subscriptions are the broker's. */
export const ONLY_THE_DEVICE: Refusal = {
  reason:
    'The device is connected through AWS IoT Core, where only it can subscribe and unsubscribe; allowed: the subscriptions that it has, or any once it is away',
  isOfConnection: true,
};

/** Why there can be no such session; undefined: there can. */
export function problemOf(
  clientId: string,
  wanted: WantedSession,
  policy: SessionPolicy,
  edge: SessionEdge,
): Refusal | undefined {
  const ofIdentifier = identifierProblem(clientId, policy, edge);
  if (ofIdentifier !== undefined) return { reason: ofIdentifier, isOfIdentifier: true };
  const reason = reasonAgainst(wanted, policy);
  return reason === undefined ? undefined : { reason };
}

function policyProblem({ ignore, delivery, clients }: SessionPolicy): string | undefined {
  if (ignore) return `Clients ${clients} are ignored by their policy; they get no session here`;
  if (delivery === 'broker')
    return `The policy for clients ${clients} leaves delivery to the broker; nothing could wait for them here`;
  return undefined;
}

/** Why a session can hold no such subscription; undefined: it can. */
export function subscriptionProblem(wanted: WantedSubscription, policy: SessionPolicy): string | undefined {
  return policyProblem(policy) ?? filterProblem(wanted);
}

function reasonAgainst(
  { sessionExpiryInterval, subscriptions }: WantedSession,
  policy: SessionPolicy,
): string | undefined {
  const ofPolicy = policyProblem(policy);
  if (ofPolicy !== undefined) return ofPolicy;
  if (capInterval(sessionExpiryInterval, policy.maximumSessionExpiryInterval) === 0)
    return 'With a Session Expiry Interval of 0 the session would end at once; allowed: at least 1 second, and a policy whose maximum is more than 0';
  const filters = subscriptions.map(({ filter }) => filter);
  const twice = filters.find((filter, index) => filters.indexOf(filter) !== index);
  if (twice !== undefined)
    return `The filter ${JSON.stringify(twice.slice(0, 300))} came twice; allowed: each filter once`;
  for (const subscription of subscriptions) {
    const problem = filterProblem(subscription);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether a subscription is what is wanted already. */
export function isAsWanted(held: Subscription, wanted: WantedSubscription, edge: SessionEdge): boolean {
  const { isProvisioned: _, ...options } = optionsOf(held);
  // AWS IoT Core has no QoS 2.
  const most = edge === 'lifecycle' ? 1 : 2;
  // Of one whose QoS the broker could not tell, it is not known to be another.
  const sameQos = held.qos === undefined || Math.min(held.qos, most) === Math.min(wanted.qos, most);
  return sameQos && JSON.stringify(options) === JSON.stringify(optionsOf(wanted));
}

export interface SubscriptionDifference {
  /** To be made, or made anew with another QoS or options. */
  readonly missing: readonly WantedSubscription[];
  /** To be ended. */
  readonly surplus: readonly Subscription[];
  /** Of those that stay an operator has made some. */
  readonly isProvisioned: boolean;
}

/** What is to be done to the subscriptions of a session. */
export function differenceOf(
  held: readonly Subscription[],
  wanted: readonly WantedSubscription[],
  edge: SessionEdge,
): SubscriptionDifference {
  const live = held.filter(isSubscribed);
  const isHeld = (each: WantedSubscription) =>
    live.some((subscription) => subscription.filter === each.filter && isAsWanted(subscription, each, edge));
  const isWanted = ({ filter }: Subscription) => wanted.some((each) => each.filter === filter);
  return {
    missing: wanted.filter((each) => !isHeld(each)),
    surplus: live.filter((subscription) => !isWanted(subscription)),
    isProvisioned: live.some((subscription) => isWanted(subscription) && subscription.isProvisioned === true),
  };
}
