import type { Session } from '#session/session';
import type { HistoryEntry } from './entry.ts';
import { eventId } from './event-id.ts';
import type { PublishedEvent } from './event-schemas.ts';

/**
 * A delivery run tells of itself when it has given its lease back. Of one that has died its lease tells, when
 * another run takes it, or when it goes with the session: what was counted since it was taken.
 */
export function brokenRun(
  before: Session | undefined,
  after: Session | undefined,
): { readonly entries: readonly HistoryEntry[]; readonly events: readonly PublishedEvent[] } {
  const { lease } = before ?? {};
  const isBroken = after === undefined || (after.lease !== undefined && after.lease.holder !== lease?.holder);
  const messages = (before?.delivered ?? 0) - (lease?.deliveredBefore ?? Number.POSITIVE_INFINITY);
  if (before === undefined || lease === undefined || !isBroken || messages <= 0)
    return { entries: [], events: [] };
  const { clientId, incarnation } = before;
  const { holder, untilMs } = lease;
  const id = eventId(clientId, 'messages.delivered', holder);
  const at = new Date(untilMs).toISOString();
  return {
    entries: [{ clientId, atMs: untilMs, id: holder, type: 'delivered', incarnation, messages }],
    events: [
      {
        detailType: 'messages.delivered',
        detail: { version: 1, id, clientId, incarnation, at, messages },
      },
    ],
  };
}
