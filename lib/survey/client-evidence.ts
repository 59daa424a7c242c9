import type { Absence, ClientEvidence, SeenConnection, SubscriptionEvidence } from '#advice/evidence';
import type { BeganEntry, HistoryEntry } from '#history/entry';
import { endOf } from '#session/life/connection';
import { newestConnection, type Session } from '#session/session';
import { owedSinceMs, type Subscription } from '#session/subscription';
import type { WaitingCount } from './waiting.ts';

/** What is known of one client when it is looked at. */
export interface LookedAt extends Pick<ClientEvidence, 'edge' | 'policy'> {
  readonly session: Session;
  /** Those of the session's life. */
  readonly subscriptions: readonly Subscription[];
  readonly waiting: WaitingCount;
  /** Newest first, as the history lists them. */
  readonly entries: readonly HistoryEntry[];
}

type Began = HistoryEntry & BeganEntry;

function hasBegun(entry: HistoryEntry): entry is Began {
  return entry.type === 'started' || entry.type === 'resumed' || entry.type === 'takenOver';
}

function seenConnection({ atMs, type, ipAddress, principal }: Began): SeenConnection {
  return {
    atMs,
    began: type,
    ...(ipAddress !== undefined && { ipAddress }),
    ...(principal !== undefined && { principal }),
  };
}

/** The times without a connection that a return has ended. */
function absencesIn(oldestFirst: readonly HistoryEntry[]): readonly Absence[] {
  const absences: Absence[] = [];
  let away: Omit<Absence, 'toMs'> | undefined;
  for (const entry of oldestFirst) {
    if (entry.type === 'disconnected') {
      away = { fromMs: entry.atMs, hadExpired: false, lostMessages: 0 };
    } else if (entry.type === 'expired' && away !== undefined) {
      away = { ...away, hadExpired: true, lostMessages: entry.lostMessages ?? 0 };
    } else if (hasBegun(entry)) {
      if (away !== undefined) absences.push({ ...away, toMs: entry.atMs });
      away = undefined;
    }
  }
  return absences;
}

function subscriptionEvidence(subscription: Subscription, waiting: WaitingCount): SubscriptionEvidence {
  return {
    filter: subscription.filter,
    subscribedAtMs: owedSinceMs(subscription),
    waitingMessages: waiting.byFilter.get(subscription.filter) ?? 0,
  };
}

/** The evidence on one client, from everything that is recorded of it. */
export function clientEvidence({
  session,
  edge,
  policy,
  subscriptions,
  waiting,
  entries,
}: LookedAt): ClientEvidence {
  const { clientId, status, sessionExpiryInterval, delivered, drops, lastDrops } = session;
  const oldestFirst = entries.toReversed();
  const disconnectedAtMs = status === 'connected' ? undefined : endOf(newestConnection(session));
  return {
    clientId,
    status: status === 'connected' ? 'connected' : 'disconnected',
    edge,
    policy,
    sessionExpiryInterval,
    ...(disconnectedAtMs !== undefined && { disconnectedAtMs }),
    connections: oldestFirst.filter(hasBegun).map(seenConnection),
    absences: absencesIn(oldestFirst),
    subscriptions: subscriptions.map((each) => subscriptionEvidence(each, waiting)),
    waitingMessages: waiting.messages,
    waitingBytes: waiting.bytes,
    delivered,
    drops,
    forbiddenTopics: lastDrops.filter(({ reason }) => reason === 'notAuthorized').map(({ topic }) => topic),
  };
}
