import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { SessionEvent } from '#session/life/transition';
import type { Session } from '#session/session';
import { lifeOfClient, live, rulesWith } from '../events/lifecycle-events.ts';
import { randomSeed } from '../random-seed.ts';

const RUNS = 400;

/** What a user can see of a session; the facts behind it may be fewer when they could not matter. */
function meaningOf(session: Session | undefined) {
  if (session === undefined) return undefined;
  const { revision, connections, before, declarations, rehome, endedIncarnation, endReason, ...meaning } =
    session;
  const newest = connections.at(-1);
  return { ...meaning, sessionIdentifier: newest?.sessionIdentifier, versionNumber: newest?.versionNumber };
}

/** The life in true order, and the same events in another order, some of them more than once. */
const disorderedLife = lifeOfClient({ minLength: 1, maxLength: REMEMBERED_CONNECTIONS }).chain((events) =>
  fc
    .tuple(
      fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 4 }),
      fc.integer(),
    )
    .map(([shuffled, duplicates, seed]) => {
      const disordered: SessionEvent[] = [...shuffled];
      for (const [index, duplicate] of duplicates.entries()) {
        disordered.splice(Math.abs(seed + index * 7) % (disordered.length + 1), 0, duplicate);
      }
      return { events, disordered };
    }),
);

/** More connections than are remembered, in true order, with events that come once more at any later time. */
const longLife = lifeOfClient({ minLength: REMEMBERED_CONNECTIONS + 1, maxLength: 12 }).chain((events) =>
  fc
    .array(fc.tuple(fc.nat(events.length - 1), fc.nat(events.length)), { minLength: 1, maxLength: 6 })
    .map((repeats) => ({
      events,
      repeated: events.flatMap((event, index) => [
        event,
        ...repeats.flatMap(([of, after]) => {
          const again = events[of];
          return again !== undefined && Math.max(of, after) === index ? [again] : [];
        }),
      ]),
    })),
);

/** The session identifier of the connection that began last. */
function lastOf(events: readonly SessionEvent[]): string | undefined {
  const began = events.flatMap((event) => (event.kind === 'connection' ? [event.connection] : []));
  return began.findLast(({ connectedAtMs }) => connectedAtMs !== undefined)?.sessionIdentifier;
}

describe('the order of lifecycle events', () => {
  for (const [name, rules] of [
    ['a fixed interval', rulesWith({ sessionExpiryInterval: 600 })],
    ['an interval of 0', rulesWith({ sessionExpiryInterval: 0 })],
    ['a session that never expires', rulesWith({ sessionExpiryInterval: 'never' })],
    [
      "the device's declarations",
      rulesWith({ sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 300 }),
    ],
    ["the broker's session", rulesWith({ sessionExpiryInterval: 'broker' })],
  ] as const) {
    it(`does not matter with ${name}, nor does any duplication`, () => {
      fc.assert(
        fc.property(disorderedLife, ({ events, disordered }) => {
          const meaning = meaningOf(live(disordered, rules));
          expect(meaning).toEqual(meaningOf(live(events, rules)));
          expect(meaning?.sessionIdentifier).toBe(lastOf(events));
        }),
        { seed: randomSeed, numRuns: RUNS, verbose: 1 },
      );
    });

    it(`of a long life with ${name} is kept: a repeated event changes nothing`, () => {
      fc.assert(
        fc.property(longLife, ({ events, repeated }) => {
          expect(meaningOf(live(repeated, rules))).toEqual(meaningOf(live(events, rules)));
        }),
        { seed: randomSeed, numRuns: RUNS, verbose: 1 },
      );
    });
  }
});
