import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SessionEvent, transition } from '#session/life/transition';
import { withoutDueWill } from '#session/life/will';
import { LOG_START } from '#session/position';
import type { Session } from '#session/session';
import { connected, disconnected, rulesWith, T0 } from '../events/lifecycle-events.ts';
import { randomSeed } from '../random-seed.ts';

const RUNS = 2_000;
const rules = rulesWith({ sessionExpiryInterval: 'client' });

/** Seconds throughout, so that delays, ends and returns often fall on the same instant. */
const connection = fc.record({
  staysFor: fc.integer({ min: 1, max: 6 }),
  /** Before the next CONNECT; taken over: the connection stands until then. */
  awayFor: fc.option(fc.integer({ min: 1, max: 6 }), { nil: 'takenOver' as const }),
  saysGoodbye: fc.boolean(),
  willDelay: fc.option(fc.integer({ min: 0, max: 6 })),
  interval: fc.integer({ min: 0, max: 6 }),
  cleanStart: fc.boolean(),
  /** Its end is told once more, so many events later. */
  toldAgainAfter: fc.nat(3),
});
type Planned = ReturnType<typeof connection.generate>['value'];

interface Placed extends Planned {
  readonly id: string;
  readonly startMs: number;
  /** When the network connection is closed, at the latest by a takeover. */
  readonly closedAtMs: number;
}

function place(planned: readonly Planned[]): Placed[] {
  let atMs = T0;
  return planned.map((each, index) => {
    const startMs = atMs;
    const closedAtMs = startMs + each.staysFor * 1000;
    atMs = closedAtMs + (each.awayFor === 'takenOver' ? 0 : each.awayFor * 1000);
    return { ...each, id: `s${index}-${startMs}`, startMs, closedAtMs };
  });
}

const isTakenOver = (all: readonly Placed[], index: number) =>
  all[index]?.awayFor === 'takenOver' && index + 1 < all.length;

/** What the specification says of each will, in its own words and without any state. */
function expectedWills(all: readonly Placed[]): Record<string, number> {
  const published: Record<string, number> = {};
  for (const [index, each] of all.entries()) {
    const { willDelay, closedAtMs, interval, saysGoodbye, id } = each;
    if (willDelay === null || (saysGoodbye && !isTakenOver(all, index))) continue;
    const next = all[index + 1];
    const expiresAtMs = closedAtMs + interval * 1000;
    const endsBySuccessor = next !== undefined && (next.cleanStart || next.startMs >= expiresAtMs);
    const sessionEndsAtMs = next?.cleanStart ? Math.min(expiresAtMs, next.startMs) : expiresAtMs;
    const willAtMs = Math.min(closedAtMs + willDelay * 1000, sessionEndsAtMs);
    if (next !== undefined && !endsBySuccessor && next.startMs < willAtMs) continue;
    published[id] = willAtMs;
  }
  return published;
}

function eventsOf(all: readonly Placed[]): { readonly atMs: number; readonly event: SessionEvent }[] {
  return all.flatMap((each, index) => {
    const { id, startMs, closedAtMs, willDelay, interval, cleanStart, saysGoodbye } = each;
    const connect = connected(index + 1, startMs, { sessionIdentifier: id });
    const will =
      willDelay === null ? {} : { will: { connection: id, delaySeconds: willDelay, position: LOG_START } };
    const declaration = { atMs: startMs, cleanStart, sessionExpiryInterval: interval };
    const reason = saysGoodbye ? 'CLIENT_INITIATED_DISCONNECT' : 'CONNECTION_LOST';
    const start = { atMs: startMs, event: { ...connect, ...will, declaration } as SessionEvent };
    // A connection that is taken over is closed by its carrier, after the new one stands.
    if (isTakenOver(all, index)) return [start];
    return [start, { atMs: closedAtMs, event: disconnected(connect, closedAtMs, reason) }];
  });
}

/** Each end comes again some events later: from another instance, or because an answer was lost. */
function withRepeats(all: readonly Placed[]): { readonly atMs: number; readonly event: SessionEvent }[] {
  const events = eventsOf(all);
  for (const [index, { id, closedAtMs, toldAgainAfter, startMs }] of all.entries()) {
    const at = events.findLastIndex(
      ({ event }) => event.kind === 'connection' && event.connection.sessionIdentifier === id,
    );
    const again = disconnected(connected(index + 1, startMs, { sessionIdentifier: id }), closedAtMs + 1);
    const known = events[Math.min(at + toldAgainAfter, events.length - 1)];
    if (known === undefined || toldAgainAfter === 0) continue;
    events.splice(at + toldAgainAfter + 1, 0, { atMs: known.atMs, event: again });
  }
  return events;
}

/** The session through all events; wills are published in their time, or only at the end. */
function publishedWills(
  events: readonly { readonly atMs: number; readonly event: SessionEvent }[],
  publishesInTime: boolean,
): Record<string, number> {
  const published: Record<string, number> = {};
  let session: Session | undefined;
  const publish = (untilMs: number) => {
    for (const { connection: id, atMs } of session?.dueWills ?? []) {
      if (session === undefined || atMs > untilMs) continue;
      expect(published).not.toHaveProperty(id);
      published[id] = atMs;
      session = withoutDueWill(session, id);
    }
  };
  for (const { atMs, event } of events) {
    // At the very instant of a return, the delay has passed.
    if (publishesInTime) publish(atMs);
    session = transition('client', session, event, rules, atMs).session ?? session;
    if (publishesInTime) publish(atMs);
  }
  publish(Number.POSITIVE_INFINITY);
  return published;
}

for (const [name, publishesInTime] of [
  ['in their time', true],
  ['only after everything else has happened', false],
] as const) {
  test(`every will is published as the specification says, by a publisher that comes ${name}`, () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.array(connection, { minLength: 1, maxLength: 4 }), (planned) => {
        const all = place(planned);
        const expected = expectedWills(all);
        seen += Object.keys(expected).length;
        expect(publishedWills(withRepeats(all), publishesInTime)).toEqual(expected);
      }),
      { seed: randomSeed, numRuns: RUNS },
    );
    expect(seen).toBeGreaterThan(RUNS / 4);
  });
}
