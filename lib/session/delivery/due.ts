import type { SessionPolicy } from '../configuration/policy.ts';
import type { Settings } from '../configuration/settings.ts';
import { identifiersOfLife } from '../life/compute-session.ts';
import { startOf } from '../life/connection.ts';
import type { QoS } from '../message.ts';
import { earlier, later, type Position, positionAt } from '../position.ts';
import { newestConnection, type Session } from '../session.ts';
import { isSubscribed, liveSinceMs, owedSinceMs, type Subscription } from '../subscription.ts';
import { parseSharedFilter } from '../topics/topic-filter.ts';
import { settledBeforeMs } from './append-time.ts';

/** Clocks of two lifecycle events of one connection may disagree by this much. */
const CLOCK_DIFFERENCE_MS = 2_000;

/** A stretch of one filter's log that is owed to a client. */
export interface DueRange {
  /** As routed, without `$share`. */
  readonly filter: string;
  /** The whole shared filter, when one member of the group gets each message. */
  readonly sharedFilter?: string;
  readonly qos: QoS;
  /** Inclusive. */
  readonly from: Position;
  /** Exclusive. */
  readonly upTo: Position;
  /** From `upTo` on the broker delivers to the client itself. */
  readonly reachesLive?: true;
}

/** What a connected client is owed at a moment. */
export interface Due {
  readonly ranges: readonly DueRange[];
  /** With these delivered, the broker's own delivery covers the rest of this connection. */
  readonly isComplete: boolean;
  /** After the ranges are delivered, the cursor may stand here. */
  readonly upTo: Position;
  /** `upTo` lies beyond messages that the broker delivers itself on some filter. */
  readonly beyondLive: boolean;
  /** When the rest will have settled, if the broker delivers every filter by now. */
  readonly settlesAtMs?: number;
}

/** The subscriptions of the session's life; items of another incarnation do not exist. */
export function subscriptionsOfLife(
  session: Session,
  subscriptions: readonly Subscription[],
): Subscription[] {
  const identifiers = identifiersOfLife(session);
  return subscriptions.filter(
    (subscription) =>
      isSubscribed(subscription) &&
      (subscription.incarnation === session.incarnation || identifiers.has(subscription.sessionIdentifier)),
  );
}

/** Since when the broker's own session holds a subscription of an earlier connection; undefined: it does not. */
function heldSinceMs(
  { resumedAtBroker }: Session,
  { isProvisioned, subscribedAtMs }: Subscription,
): number | undefined {
  return resumedAtBroker && !isProvisioned ? subscribedAtMs.at(-1) : undefined;
}

/**
 * What is owed to a connected client: of each filter what came after the cursor, up to where the broker
 * delivers itself since the client has subscribed on this connection, and never nearer to now than the settle
 * window, because appends may still commit out of order inside it.
 */
export function dueTo(
  session: Session,
  subscriptions: readonly Subscription[],
  policy: SessionPolicy,
  settings: Settings,
  nowMs: number,
): Due {
  const settledMs = settledBeforeMs(nowMs, settings.settleSeconds * 1000);
  const newest = newestConnection(session);
  const ranges: DueRange[] = [];
  const liveEndsMs: number[] = [];
  let isLive = true;
  for (const subscription of subscriptionsOfLife(session, subscriptions)) {
    const { shareName, filter } = parseSharedFilter(subscription.filter);
    const qos = subscription.qos ?? 1; // rather a message too many while the broker could not be asked
    if (qos === 0 && !policy.queueQos0) continue;
    const sinceMs = liveSinceMs(subscription, newest.sessionIdentifier);
    const onThisConnection = sinceMs !== undefined && sinceMs >= startOf(newest) - CLOCK_DIFFERENCE_MS;
    const brokerSinceMs = onThisConnection ? sinceMs : heldSinceMs(session, subscription);
    const liveEndMs =
      brokerSinceMs === undefined ? undefined : brokerSinceMs + settings.liveOverlapSeconds * 1000;
    if (liveEndMs === undefined) isLive = false;
    else liveEndsMs.push(liveEndMs);
    const from = later(session.cursor, positionAt(owedSinceMs(subscription)));
    const upTo = positionAt(Math.min(settledMs, liveEndMs ?? settledMs));
    const shared = shareName === undefined ? {} : { sharedFilter: subscription.filter };
    const live = liveEndMs !== undefined && liveEndMs <= settledMs ? { reachesLive: true as const } : {};
    if (shareName !== undefined || from < upTo) ranges.push({ filter, ...shared, qos, from, upTo, ...live });
  }
  const firstLiveEnd = positionAt(Math.min(...liveEndsMs, settledMs));
  const lastLiveEndMs = Math.max(...liveEndsMs, 0);
  const isComplete = isLive && lastLiveEndMs <= settledMs;
  const upTo = later(session.cursor, isLive ? firstLiveEnd : positionAt(settledMs));
  return {
    ranges,
    isComplete,
    upTo,
    // Once passed, those messages stay passed for all of this connection, whatever is subscribed later.
    beyondLive: session.progress?.beyondLive === true || (liveEndsMs.length > 0 && firstLiveEnd < upTo),
    ...(isLive && !isComplete ? { settlesAtMs: lastLiveEndMs + settings.settleSeconds * 1000 } : {}),
  };
}

/** How far the cursor may move once everything before `delivered` is delivered. */
export function cursorAfter(due: Due, delivered: Position): Position {
  return earlier(delivered, due.upTo);
}
