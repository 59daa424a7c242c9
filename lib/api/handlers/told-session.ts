import type { SessionView } from '#operator/look-ups/session-view';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { deliveredInAll } from '#session/delivery/delivered-in-all';
import { endOf, startOf } from '#session/life/connection';
import { pendingBytes } from '#session/message';
import { newestConnection, type Session as StoredSession } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { Subscription } from '#session/subscription';
import { isoTime } from '../iso-time.ts';
import type { Advice } from '../schemas/advice.ts';
import type { Session, SessionSummary } from '../schemas/session.ts';

/** A session as a list shows it. */
export function toldSummary(session: StoredSession, configuration: SessionConfiguration): SessionSummary {
  const { clientId, startedAtMs, sessionExpiryInterval, endsAtMs, ipAddress, principal, delivered, drops } =
    session;
  const newest = newestConnection(session);
  const isConnected = session.status === 'connected';
  const endedAtMs = isConnected ? undefined : endOf(newest);
  const { disconnectReason } = newest;
  // A session that was made for a device that has never connected.
  const hasConnected = newest.isProvisioned !== true;
  return {
    clientId,
    status: isConnected ? 'connected' : 'disconnected',
    edge: edgeOf(session.clientId, session, configuration),
    startedAt: isoTime(startedAtMs),
    ...(hasConnected && { connectedAt: isoTime(startOf(newest)) }),
    ...(hasConnected && endedAtMs !== undefined && { disconnectedAt: isoTime(endedAtMs) }),
    ...(endedAtMs !== undefined && disconnectReason !== undefined && { disconnectReason }),
    sessionExpiryInterval,
    ...(endsAtMs !== undefined && { expiresAt: isoTime(endsAtMs) }),
    ...(ipAddress !== undefined && { ipAddress }),
    ...(principal !== undefined && { principal }),
    delivered,
    dropped: Object.values(drops).reduce((sum, each) => sum + each, 0),
  };
}

export function toldSubscription(subscription: Subscription): Session['subscriptions'][number] {
  const { filter, qos, noLocal, retainAsPublished, subscriptionIdentifier } = subscription;
  return {
    filter,
    ...(qos !== undefined && { qos }),
    noLocal: noLocal === true,
    retainAsPublished: retainAsPublished === true,
    ...(subscriptionIdentifier !== undefined && { subscriptionIdentifier }),
    subscribedAt: isoTime(subscription.subscribedAtMs.at(-1) ?? 0),
    byOperator: subscription.isProvisioned === true,
  };
}

function toldWill(will: NonNullable<SessionView['will']>): NonNullable<Session['will']> {
  const { message, delaySeconds, dueAtMs } = will;
  return {
    topic: message.topic,
    qos: message.qos,
    retain: message.retain === true,
    delayInterval: delaySeconds,
    bytes: pendingBytes(message) - Buffer.byteLength(message.topic),
    ...(dueAtMs !== undefined && { dueAt: isoTime(dueAtMs) }),
  };
}

/** The whole session. */
export function toldSession(
  view: SessionView,
  {
    configuration,
    cap,
    advice,
  }: {
    readonly configuration: SessionConfiguration;
    readonly cap: number;
    readonly advice: readonly Advice[];
  },
): Session {
  const { session, subscriptions, flow, waiting, will, isHeldByBroker } = view;
  const { keepAliveSeconds } = newestConnection(session);
  const outbound = flow?.outbound ?? [];
  return {
    ...toldSummary(session, configuration),
    delivered: deliveredInAll(session, flow),
    incarnation: session.incarnation,
    ...(keepAliveSeconds !== undefined && { keepAlive: keepAliveSeconds }),
    subscriptions: subscriptions.map(toldSubscription),
    waiting: { ...waiting, cap, heldByBroker: isHeldByBroker },
    inflight: {
      outbound: outbound.map(({ packetId, qos, state }) => ({ packetId, qos, state })),
      inbound: [...(flow?.inbound ?? [])],
    },
    ...(will !== undefined && { will: toldWill(will) }),
    drops: {
      counts: { ...session.drops },
      last: session.lastDrops.map(({ reason, topic, atMs }) => ({ reason, topic, at: isoTime(atMs) })),
    },
    advice: [...advice],
  };
}
