import { choosePacketPolicy, choosePolicy, type SessionPolicy } from '#session/configuration/policy';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { Settings } from '#session/configuration/settings';
import { dueTo, subscriptionsOfLife } from '#session/delivery/due';
import { ownLog } from '#session/delivery/own-log';
import { owesStraggler } from '#session/delivery/stragglers';
import type { Flow } from '#session/flow/flow';
import { isTaken } from '#session/flow/reading';
import { brokerSessionStands } from '#session/life/broker-session';
import { endOf } from '#session/life/connection';
import { type LoggedMessage, messageHasExpired, type QoS } from '#session/message';
import { LOG_START, later, type Position, positionAt, positionOf, timeOf } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import { owedSinceMs, type Subscription, subscribedIn } from '#session/subscription';
import { deliveryTo, matchingSubscriptions } from '#session/topics/matching';
import { matches, parseSharedFilter } from '#session/topics/topic-filter';

/** A stretch of a log in which messages may wait. */
export interface WaitingRange {
  /** As routed, or the client's own log. */
  readonly filter: string;
  /** Inclusive. */
  readonly from: Position;
  /** Exclusive; absent: to the end. */
  readonly upTo?: Position;
  /** The client's own log, which has one part. */
  readonly isOwn?: true;
}

/** How a message that waits would be delivered. */
export interface WaitingAs {
  readonly qos: QoS;
  /** One of the subscriptions that ask for it. */
  readonly filter: string;
}

/** Where to look for what waits for a client, and what of it does. */
export interface WaitingPlan {
  readonly ranges: readonly WaitingRange[];
  /** Undefined: it would not be delivered. A message that several filters match lies in several logs. */
  readonly judge: (message: LoggedMessage) => WaitingAs | undefined;
  readonly policy: SessionPolicy;
}

export interface PlanInput {
  readonly session: Session;
  readonly subscriptions: readonly Subscription[];
  /** Of a client of the packet edge, if it has one. */
  readonly flow: Flow | undefined;
  readonly configuration: SessionConfiguration;
  readonly nowMs: number;
}

/**
 * What would be delivered to a client now, or when it returns: the same positions, subscriptions and rules by which
 * the pump and the packet edge deliver. What waits for a share group waits for no one alone, and is left out.
 */
export function planWaiting(input: PlanInput): WaitingPlan {
  const { session } = input;
  const isOfPackets = edgeOf(session.clientId, session, input.configuration) === 'packets';
  return isOfPackets ? packetPlan(input) : lifecyclePlan(input);
}

function packetPlan({ session, subscriptions, flow, configuration, nowMs }: PlanInput): WaitingPlan {
  const { clientId, incarnation } = session;
  const policy = choosePacketPolicy(configuration.policies, clientId);
  const known = flow?.incarnation === incarnation ? flow : undefined;
  // Without a flow the session says what an operator has given up.
  const cursor = known?.cursor ?? session.stragglersFrom ?? LOG_START;
  const own = subscribedIn(incarnation, subscriptions);
  const ranges: WaitingRange[] = [];
  for (const subscription of own) {
    const { shareName, filter } = parseSharedFilter(subscription.filter);
    if (shareName !== undefined) continue;
    ranges.push({ filter, from: later(cursor, positionAt(owedSinceMs(subscription))) });
  }
  ranges.push({ filter: ownLog(session), from: cursor, isOwn: true });
  return {
    ranges,
    policy,
    judge(message) {
      const { position } = message;
      if (known === undefined ? position < cursor : isTaken(known, position)) return undefined;
      if (messageHasExpired(message, nowMs)) return undefined;
      const delivery = deliveryTo(own, message, clientId);
      if (delivery === undefined || (delivery.qos === 0 && !policy.queueQos0)) return undefined;
      const filter = message.subscription ?? matchingSubscriptions(own, message.topic)[0]?.filter;
      return filter === undefined ? undefined : { qos: delivery.qos, filter };
    },
  };
}

interface LifecycleRange extends WaitingRange {
  readonly subscription: Subscription;
  readonly qos: QoS;
}

function lifecyclePlan({ session, subscriptions, configuration, nowMs }: PlanInput): WaitingPlan {
  const { settings } = configuration;
  const policy = choosePolicy(configuration.policies, session.clientId);
  const ranges =
    session.status === 'connected'
      ? rangesOfConnected(session, subscriptions, policy, settings, nowMs)
      : rangesOfAway(session, subscriptions, policy);
  const skip = session.progress?.incarnation === session.incarnation ? session.progress.skip : undefined;
  return {
    ranges,
    policy,
    judge(message) {
      const { position, receivedAtMs, topic, messageId } = message;
      // Whether one that was appended late is owed was decided when it was received, and it gives way in that place.
      const isStraggler = timeOf(position) !== receivedAtMs;
      const place = isStraggler ? positionOf(receivedAtMs, messageId) : position;
      if (skip !== undefined && place >= skip.from && place < skip.upTo) return undefined;
      if (messageHasExpired(message, nowMs)) return undefined;
      const asking = ranges.filter(
        ({ filter, from, upTo, subscription }) =>
          from <= position &&
          (upTo === undefined || position < upTo) &&
          matches(filter, topic) &&
          (!isStraggler || owesStraggler(session, subscription, receivedAtMs, settings)),
      );
      const [first] = asking;
      if (first === undefined) return undefined;
      const qos = Math.min(message.qos, Math.max(...asking.map((each) => each.qos))) as QoS;
      if (qos === 0 && !policy.queueQos0) return undefined;
      return { qos, filter: first.subscription.filter };
    },
  };
}

/** What the pump has still to deliver; the rest the broker delivers itself. */
function rangesOfConnected(
  session: Session,
  subscriptions: readonly Subscription[],
  policy: SessionPolicy,
  settings: Settings,
  nowMs: number,
): LifecycleRange[] {
  if (!session.owesDelivery) return [];
  // What has not settled waits too.
  const due = dueTo(session, subscriptions, policy, settings, nowMs + settings.settleSeconds * 1000);
  const byFilter = new Map(subscriptions.map((each) => [each.filter, each]));
  return due.ranges.flatMap(({ sharedFilter, filter, qos, from, upTo }) => {
    const subscription = byFilter.get(filter);
    return sharedFilter !== undefined || subscription === undefined
      ? []
      : [{ filter, qos, from, upTo, subscription }];
  });
}

function rangesOfAway(
  session: Session,
  subscriptions: readonly Subscription[],
  { queueQos0 }: SessionPolicy,
): LifecycleRange[] {
  return subscriptionsOfLife(session, subscriptions).flatMap((subscription) => {
    const { shareName, filter } = parseSharedFilter(subscription.filter);
    const qos = subscription.qos ?? 1;
    if (shareName !== undefined || (qos === 0 && !queueQos0)) return [];
    const from = later(session.cursor, positionAt(owedSinceMs(subscription)));
    return [{ filter, qos, from, subscription }];
  });
}

/**
 * The broker's own session of a client that is away still stands: what waits is delivered by the broker if the client
 * returns in time.
 */
export function isHeldByBroker(
  session: Session,
  configuration: SessionConfiguration,
  nowMs: number,
): boolean {
  if (session.status !== 'disconnected') return false;
  if (edgeOf(session.clientId, session, configuration) === 'packets') return false;
  const policy = choosePolicy(configuration.policies, session.clientId);
  if (policy.delivery === 'broker') return true;
  const connection = newestConnection(session);
  const endedAtMs = endOf(connection);
  return endedAtMs !== undefined && brokerSessionStands(connection, endedAtMs, nowMs, configuration.settings);
}
