import type { Drop, Session } from '../session.ts';
import type { DropReason } from './drop-reasons.ts';
import { NAMED_DROPS, type Overflow } from './overflow.ts';

/** Names in the record are cut to this many characters, so that it stays one write unit. */
export const TOPIC_CHARACTERS = 64;

/** Drops of one run of the pump, until the next write of the session carries them. */
export interface Drops {
  readonly counts: Readonly<Partial<Record<DropReason, number>>>;
  readonly last: readonly Drop[];
}

export const NO_DROPS: Drops = { counts: {}, last: [] };

/** Joins two counts; of the names the last few stay. */
export function addDrops(drops: Drops, more: Drops): Drops {
  const counts: Partial<Record<DropReason, number>> = { ...drops.counts };
  for (const [reason, count] of Object.entries(more.counts) as [DropReason, number][]) {
    counts[reason] = (counts[reason] ?? 0) + count;
  }
  const named = more.last.map((drop) => ({ ...drop, topic: drop.topic.slice(0, TOPIC_CHARACTERS) }));
  return { counts, last: [...drops.last, ...named].slice(-NAMED_DROPS) };
}

/** The session's own count with these on top. */
export function withDrops(session: Session, drops: Drops): Pick<Session, 'drops' | 'lastDrops'> {
  const { counts, last } = addDrops({ counts: session.drops, last: session.lastDrops }, drops);
  return { drops: counts, lastDrops: last };
}

/** What gives way where too much waits; the last one by name says of all of them where they lie. */
export function overflowDrops({ counts, last, from }: Overflow, atMs: number): Drops {
  const named = last.map(({ reason, topic, position }) => ({ reason, topic, position, atMs }));
  return {
    counts,
    last: named.map((drop, index) => (index === named.length - 1 ? { ...drop, from } : drop)),
  };
}
