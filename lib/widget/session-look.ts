import type { Advice } from '#advice/advice';
import { clientPrefixes } from '#advice/advice-id';
import type { HistoryEntry } from '#history/entry';
import { subscriptionsOfLife } from '#session/delivery/due';
import { exists, type Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import type { HistoryStore } from '#store/history/history';
import type { SessionStore } from '#store/sessions/sessions';
import type { FindingStore } from '#store/statistics/findings';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import { type CountingCap, countWaiting, type WaitingCount, type WaitingMessage } from '#survey/waiting';

/** A look costs as many read units at the most as two pages of the console do. */
const CAP: CountingCap = { messages: 100, bytes: 65_536 };
const ENTRIES = 20;
const ADVICE = 20;

export interface SessionLookDependencies {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly history: Pick<HistoryStore, 'list'>;
  readonly statistics: Pick<FindingStore, 'advice'>;
  readonly waiting: (
    session: Session,
    subscriptions: readonly Subscription[],
  ) => AsyncIterable<WaitingMessage>;
  readonly clock: () => number;
}

/** What is known of a client. */
export interface SessionLook {
  readonly clientId: string;
  readonly nowMs: number;
  /** As it is stored; absent when there is none. */
  readonly session?: Session;
  /** The session exists: it has not ended and not expired. */
  readonly isThere: boolean;
  readonly subscriptions: readonly Subscription[];
  readonly waiting: WaitingCount;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly advice: readonly Advice[];
}

const NOTHING_WAITING: WaitingCount = { messages: 0, bytes: 0, byFilter: new Map(), isEstimate: false };

export async function lookAtSession(
  clientId: string,
  { sessions, subscriptions, history, statistics, waiting, clock }: SessionLookDependencies,
): Promise<SessionLook> {
  const [session, known, { entries }, ...pages] = await Promise.all([
    sessions.get(clientId),
    subscriptions.list(clientId),
    history.list(clientId, { limit: ENTRIES }),
    ...clientPrefixes(clientId).map((prefix) => statistics.advice<Advice>({ prefix, limit: ADVICE })),
  ]);
  const nowMs = clock();
  const isThere = exists(session, nowMs);
  const ofLife = isThere ? subscriptionsOfLife(session, known) : [];
  return {
    clientId,
    nowMs,
    ...(session !== undefined && { session }),
    isThere,
    subscriptions: ofLife,
    waiting: isThere ? await countWaiting(waiting(session, ofLife), CAP, nowMs) : NOTHING_WAITING,
    entries,
    advice: pages.flatMap(({ advice }) => advice),
  };
}
