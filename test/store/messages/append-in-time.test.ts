import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockMarginMs, consistentFromMs, settledBeforeMs } from '#session/delivery/append-time';
import { type Position, positionAt, positionOf, timeOf } from '#session/position';
import { appendInTime } from '#store/messages/append-in-time';
import { randomSeed } from '#test/session/random-seed';

const SETTLE_MS = 4_000;
/** Clocks of appenders and pumps may be a margin apart, so each half of it from the true time at most. */
const CLOCK_ERROR_MS = clockMarginMs(SETTLE_MS) / 2;
/** How late an eventually consistent read may be. */
const REPLICA_LAG_MS = SETTLE_MS / 2;

/** One handler that appends a message: how long each of its steps takes, and where it dies. */
interface Attempt {
  readonly startsAfterMs: number;
  readonly clockErrorMs: number;
  /** For each write: how long until it is visible, and from then until the handler goes on. */
  readonly writes: readonly { readonly visibleAfterMs: number; readonly frozenMs: number }[];
  /** It crashes after so many writes have been sent, before it hears of the last one. */
  readonly crashesAfter: number | undefined;
}

interface Published {
  readonly receivedAtMs: number;
  readonly topic: string;
  /** The first may crash and is retried by the next; duplicates run beside each other. */
  readonly attempts: readonly Attempt[];
}

/** When messages come. */
const RECEIVED_MS = 20_000;
const AT_ONCE = { visibleAfterMs: 0, frozenMs: 0 };

interface Entry {
  readonly message: number;
  readonly position: Position;
  readonly visibleAtMs: number;
}

interface Outcome {
  readonly entries: readonly Entry[];
  /** Its handler has answered for it; a message that none has, is retried or in the dead-letter queue. */
  readonly acknowledged: boolean;
}

/** The handlers of one message, in a world where every step takes the time that was generated. */
async function append(published: Published, message: number): Promise<Outcome> {
  const entries: Entry[] = [];
  let acknowledged = false;
  for (const attempt of published.attempts) {
    let trueMs = published.receivedAtMs + attempt.startsAfterMs;
    let count = 0;
    const write = async (atMs: number) => {
      const { visibleAfterMs, frozenMs } = attempt.writes[count % attempt.writes.length] ?? AT_ONCE;
      count += 1;
      entries.push({
        message,
        position: positionOf(atMs, `message ${message}`),
        visibleAtMs: trueMs + visibleAfterMs,
      });
      if (attempt.crashesAfter === count) throw new Error('crash');
      trueMs += visibleAfterMs + frozenMs;
    };
    const clock = () => trueMs + attempt.clockErrorMs;
    const { receivedAtMs } = published;
    await appendInTime({ receivedAtMs, settleMs: SETTLE_MS, clock, write }).then(
      () => {
        acknowledged = true;
      },
      () => undefined,
    );
  }
  return { entries, acknowledged };
}

/** A pump that runs at these times, reads what is visible and settled, and moves its cursor there. */
function pump(
  entries: readonly Entry[],
  runs: readonly { atMs: number; clockErrorMs: number; crashes: boolean }[],
) {
  const delivered: Entry[] = [];
  let cursor = positionAt(0);
  for (const { atMs, clockErrorMs, crashes } of runs) {
    const upTo = positionAt(Math.max(0, settledBeforeMs(atMs + clockErrorMs, SETTLE_MS)));
    if (upTo <= cursor) continue;
    const consistentFrom = positionAt(consistentFromMs(atMs + clockErrorMs, SETTLE_MS));
    const readable = entries.filter(({ position, visibleAtMs }) => {
      const lagMs = position < consistentFrom ? REPLICA_LAG_MS : 0;
      return visibleAtMs + lagMs <= atMs && position >= cursor && position < upTo;
    });
    const unique = new Map(readable.map((entry) => [entry.position, entry]));
    delivered.push(...[...unique.values()].sort((one, other) => (one.position < other.position ? -1 : 1)));
    // A pump that crashes has delivered without moving the cursor.
    if (!crashes) cursor = upTo;
  }
  return delivered;
}

/** The edges are where it can go wrong: clocks as wrong as they may be, steps as long as the window. */
const clockErrorMs = fc.constantFrom(1 - CLOCK_ERROR_MS, 0, CLOCK_ERROR_MS - 1);
const duration = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: SETTLE_MS - 1_000, max: SETTLE_MS + 500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9_000 }) },
);
const attempt: fc.Arbitrary<Attempt> = fc.record({
  startsAfterMs: duration,
  clockErrorMs,
  writes: fc.array(fc.record({ visibleAfterMs: duration, frozenMs: duration }), {
    minLength: 1,
    maxLength: 4,
  }),
  crashesAfter: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});
const published: fc.Arbitrary<Published> = fc.record({
  receivedAtMs: fc.integer({ min: RECEIVED_MS, max: RECEIVED_MS + 20 }),
  topic: fc.constantFrom('a', 'b'),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
});
const pumpAtMs = fc.oneof(
  fc.integer({ min: RECEIVED_MS + SETTLE_MS - 1_000, max: RECEIVED_MS + SETTLE_MS + 1_000 }),
  fc.integer({ min: RECEIVED_MS, max: RECEIVED_MS + 60_000 }),
);
const runs = fc
  .array(fc.record({ atMs: pumpAtMs, clockErrorMs, crashes: fc.boolean() }), { maxLength: 30 })
  .map((list) => {
    const last = { atMs: RECEIVED_MS + 600_000, clockErrorMs: 0, crashes: false };
    return [...list.sort((one, other) => one.atMs - other.atMs), last];
  });

describe('appends, pumps and crashes in any interleaving', () => {
  it('skip no message that an appender has answered for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(published, { minLength: 1, maxLength: 8 }),
        runs,
        async (messages, pumpRuns) => {
          const outcomes = await Promise.all(messages.map(append));
          const delivered = pump(
            outcomes.flatMap(({ entries }) => entries),
            pumpRuns,
          );
          for (const [message, { acknowledged }] of outcomes.entries()) {
            if (acknowledged) expect(delivered.map((entry) => entry.message)).toContain(message);
          }
        },
      ),
      { seed: randomSeed, numRuns: 3_000 },
    );
  });

  it('keep the order of a topic for messages whose appends were in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(published, { minLength: 2, maxLength: 8 }),
        runs,
        async (messages, pumpRuns) => {
          const outcomes = await Promise.all(messages.map(append));
          const once = pumpRuns.map((run) => ({ ...run, crashes: false }));
          const delivered = pump(
            outcomes.flatMap(({ entries }) => entries),
            once,
          );
          const inTime = (message: number) => {
            const receivedAtMs = messages[message]?.receivedAtMs;
            return (
              outcomes[message]?.entries.every(({ position }) => timeOf(position) === receivedAtMs) ?? false
            );
          };
          for (const topic of ['a', 'b']) {
            const times = delivered
              .filter(({ message }) => messages[message]?.topic === topic && inTime(message))
              .map(({ message }) => messages[message]?.receivedAtMs ?? 0);
            expect(times).toEqual([...times].sort((one, other) => one - other));
          }
        },
      ),
      { seed: randomSeed, numRuns: 3_000 },
    );
  });
});
