import type { HistoryEntry as StoredEntry } from '#history/entry';
import { timeOf } from '#session/position';
import { isoTime } from '../iso-time.ts';
import type { HistoryEntry } from '../schemas/history.ts';

/** An entry of the history as it is told: times and positions as ISO 8601. */
export function toldEntry({ clientId: _, atMs, id: __, ...entry }: StoredEntry): HistoryEntry {
  const at = isoTime(atMs);
  switch (entry.type) {
    case 'delivered': {
      const { from, upTo, ...delivered } = entry;
      return {
        ...delivered,
        at,
        ...(from !== undefined && { from: isoTime(timeOf(from)) }),
        ...(upTo !== undefined && { upTo: isoTime(timeOf(upTo)) }),
      };
    }
    case 'dropped':
      return {
        ...entry,
        at,
        counts: { ...entry.counts },
        last: entry.last.map((drop) => ({ reason: drop.reason, topic: drop.topic, at: isoTime(drop.atMs) })),
      };
    case 'operator': {
      const { detail, ...rest } = entry;
      return { ...rest, at, ...(detail !== undefined && { detail: { ...detail } }) };
    }
    default:
      return { ...entry, at };
  }
}
