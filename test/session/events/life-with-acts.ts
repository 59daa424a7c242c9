import fc from 'fast-check';
import { NEVER } from '#session/expiry';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { SessionEvent } from '#session/life/transition';
import { lifeOfClient, T0 } from './lifecycle-events.ts';
import {
  endedByOperator,
  givenUp,
  intervalByOperator,
  provisioned,
  subscribedByOperator,
} from './operator-events.ts';

const SECOND = 1_000;

/** An operator speaks of a connection that is known by then. */
function knownFirst(events: readonly SessionEvent[]): SessionEvent[] {
  const known = new Set<string>();
  const ordered: SessionEvent[] = [];
  let waiting: SessionEvent[] = [];
  for (const event of events) {
    const of = event.kind === 'declaration' ? event.declaration.sessionIdentifier : undefined;
    if (of !== undefined && !known.has(of)) {
      waiting.push(event);
      continue;
    }
    ordered.push(event);
    if (event.kind === 'declaration') continue;
    known.add(event.connection.sessionIdentifier);
    const isKnown = (each: SessionEvent) =>
      each.kind === 'declaration' &&
      each.declaration.sessionIdentifier === event.connection.sessionIdentifier;
    ordered.push(...waiting.filter(isKnown));
    waiting = waiting.filter((each) => !isKnown(each));
  }
  return ordered;
}

/** Acts on some of the connections of a life, the times as of clocks that differ a little. */
export const lifeWithActs = lifeOfClient({ minLength: 1, maxLength: REMEMBERED_CONNECTIONS - 1 }).chain(
  (events) => {
    const connects = events.filter(
      ({ kind, ...event }) => 'connection' in event && event.connection.connectedAtMs,
    );
    const act = fc
      .record({
        of: fc.constantFrom(...connects),
        kind: fc.constantFrom('end', 'interval', 'give up', 'subscribe'),
        afterMs: fc.integer({ min: 0, max: 8_000_000 }),
        interval: fc.constantFrom(0, 5, 600, 100_000, NEVER),
      })
      .map(({ of, kind, afterMs, interval }) => {
        const atMs = (of.kind === 'connection' ? of.connection.seenAtMs : T0) + afterMs;
        if (kind === 'end') return endedByOperator(of, atMs);
        if (kind === 'subscribe') return subscribedByOperator(of);
        return kind === 'give up' ? givenUp(of, atMs) : intervalByOperator(of, atMs, interval);
      });
    const acts = fc.uniqueArray(act, {
      minLength: 1,
      maxLength: 4,
      selector: (each) => JSON.stringify(each),
    });
    const before = fc.option(
      fc.integer({ min: 1, max: 60 }).map((seconds) => provisioned(T0 - seconds * SECOND, 600)),
    );
    return fc.tuple(acts, before).chain(([done, made]) => {
      const all: SessionEvent[] = [...(made === null ? [] : [made]), ...events, ...done];
      return fc
        .tuple(
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          fc.subarray(all, { maxLength: Math.min(4, all.length) }),
        )
        .map(([shuffled, twice]) => ({ events: all, disordered: knownFirst([...shuffled, ...twice]) }));
    });
  },
);
