import type { Settings } from '../configuration/settings.ts';
import { type Connection, endOf, startOf } from '../life/connection.ts';
import { lossWindowMs } from '../life/loss-window.ts';
import type { Session } from '../session.ts';
import { owedSinceMs, type Subscription } from '../subscription.ts';

/*
 * A straggler is a message that was appended long after it was received. Its place in the log says nothing of
 * whether the broker has delivered it: that was decided when it was received.
 */

/** When the broker began to deliver a filter on a connection; undefined if it never did. */
function liveFromMs(subscription: Subscription, connection: Connection, next: Connection | undefined) {
  if (subscription.isProvisioned) return undefined;
  const untilMs = next === undefined ? Number.POSITIVE_INFINITY : startOf(next);
  return subscription.subscribedAtMs.find((atMs) => atMs >= startOf(connection) && atMs < untilMs);
}

/** Whether the broker delivered what it received then, for one filter, on a connection that it surely reached. */
export function wasLive(
  session: Session,
  subscription: Subscription,
  receivedAtMs: number,
  settings: Settings,
): boolean {
  return session.connections.some((connection, index) => {
    const next = session.connections[index + 1];
    const sinceMs = liveFromMs(subscription, connection, next);
    if (sinceMs === undefined || receivedAtMs < sinceMs + settings.liveOverlapSeconds * 1000) return false;
    const endedAtMs = Math.min(
      endOf(connection) ?? Number.POSITIVE_INFINITY,
      next === undefined ? Number.POSITIVE_INFINITY : startOf(next),
    );
    return receivedAtMs < endedAtMs - lossWindowMs(connection, next !== undefined, settings);
  });
}

/** Whether a straggler on this filter is owed: received after the subscription, and not while the broker delivered. */
export function owesStraggler(
  session: Session,
  subscription: Subscription,
  receivedAtMs: number,
  settings: Settings,
): boolean {
  return receivedAtMs >= owedSinceMs(subscription) && !wasLive(session, subscription, receivedAtMs, settings);
}
