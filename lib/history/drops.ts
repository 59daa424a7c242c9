import type { DropReason } from '#session/delivery/drop-reasons';
import type { Drop, Session } from '#session/session';
import type { HistoryEntry } from './entry.ts';
import { eventId } from './event-id.ts';
import type { PublishedEvent } from './event-schemas.ts';

function countsSince(before: Session | undefined, after: Session): Partial<Record<DropReason, number>> {
  const counts: Partial<Record<DropReason, number>> = {};
  for (const [reason, count] of Object.entries(after.drops) as [DropReason, number][]) {
    const more = count - (before?.drops[reason] ?? 0);
    if (more > 0) counts[reason] = more;
  }
  return counts;
}

function isSame(one: Drop, other: Drop): boolean {
  return one.position === other.position && one.reason === other.reason && one.atMs === other.atMs;
}

/** What was dropped by a write of the session, told once a write. */
export function droppedBetween(
  before: Session | undefined,
  after: Session,
  recordedAtMs: number,
): { readonly entries: readonly HistoryEntry[]; readonly events: readonly PublishedEvent[] } {
  const counts = countsSince(before, after);
  if (Object.keys(counts).length === 0) return { entries: [], events: [] };
  const { clientId, incarnation, revision, lastDrops } = after;
  const last = lastDrops.filter((drop) => before?.lastDrops.some((each) => isSame(each, drop)) !== true);
  const atMs = last.at(-1)?.atMs ?? recordedAtMs;
  const topics = [...new Set(last.map(({ topic }) => topic))];
  const id = eventId(clientId, 'messages.dropped', atMs, revision);
  return {
    entries: [{ clientId, atMs, id: `revision ${revision}`, type: 'dropped', incarnation, counts, last }],
    events: [
      {
        detailType: 'messages.dropped',
        detail: { version: 1, id, clientId, incarnation, at: new Date(atMs).toISOString(), counts, topics },
      },
    ],
  };
}
