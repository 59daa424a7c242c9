import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import type { Connection } from '#session/life/connection';
import { joinConnection } from '#session/life/join-connection';
import { T0 } from '#test/session/events/lifecycle-events';

function join(known: readonly Connection[], fact: Connection): Connection[] {
  return joinConnection(known, fact, DEFAULT_SETTINGS);
}

function connection(versionNumber: number | undefined, atMs: number, more: Partial<Connection> = {}) {
  const known = versionNumber === undefined ? {} : { versionNumber, connectedAtMs: atMs };
  return { sessionIdentifier: `s${versionNumber}`, ...known, seenAtMs: atMs, ...more };
}

describe('what is known of the connections', () => {
  it('stays that the broker proved nothing, whatever an answer that comes late says', () => {
    const first = connection(1, T0, { brokerResumed: false });
    const [joined] = join([first], connection(1, T0, { brokerResumed: true }));
    expect(joined?.brokerResumed).toBe(false);
  });

  it('keeps one entry for all events of a connection, with the earliest time it was seen', () => {
    const seen = { sessionIdentifier: 's1', seenAtMs: T0 + 3 };
    const end = { ...seen, versionNumber: 1, seenAtMs: T0 + 50, disconnectedAtMs: T0 + 50 };
    const joined = [end, seen, connection(1, T0)].reduce(join, [] as readonly Connection[]);
    expect(joined).toEqual([
      {
        sessionIdentifier: 's1',
        versionNumber: 1,
        connectedAtMs: T0,
        seenAtMs: T0,
        disconnectedAtMs: T0 + 50,
      },
    ]);
  });

  it('keeps connections apart that share a session identifier', () => {
    const one = connection(1, T0, { sessionIdentifier: 's' });
    const other = connection(2, T0 + 60_000, { sessionIdentifier: 's' });
    expect(join(join([], other), one)).toEqual([one, other]);
  });

  it('gives an event without a version number to the newest of them', () => {
    const one = connection(1, T0, { sessionIdentifier: 's' });
    const other = connection(2, T0 + 60_000, { sessionIdentifier: 's' });
    const seen = { sessionIdentifier: 's', seenAtMs: T0 + 60_005 };
    expect(join([one, other], seen)).toEqual([one, other]);
  });

  it('keeps the first end by an operator, with the operation that it is of', () => {
    const ends = [
      { endedByOperatorAtMs: T0 + 7, endedByOperation: 'one' },
      { endedByOperatorAtMs: T0 + 5 },
      { endedByOperatorAtMs: T0 + 5, endedByOperation: 'two' },
      { endedByOperatorAtMs: T0 + 5, endedByOperation: 'three' },
    ];
    const joined = (...order: readonly number[]) =>
      order.map((index) => connection(1, T0, ends[index])).reduce(join, [] as readonly Connection[]);
    const other = connection(1, T0);
    expect(join([connection(1, T0, ends[0])], other)).toEqual([connection(1, T0, ends[0])]);
    expect(joined(0, 1)).toEqual([connection(1, T0, ends[1])]);
    expect(joined(1, 0)).toEqual([connection(1, T0, ends[1])]);
    expect(joined(0, 2)).toEqual(joined(2, 0));
    expect(joined(2, 3)).toEqual(joined(3, 2));
    expect(joined(1, 2)).toEqual(joined(2, 1));
  });

  it('sorts again when the true start of a connection becomes known', () => {
    const early = { sessionIdentifier: 'early', seenAtMs: T0 + 100 };
    const known = [connection(2, T0 + 50), early];
    const joined = join(known, { ...early, versionNumber: 1, connectedAtMs: T0, seenAtMs: T0 });
    expect(joined.map(({ sessionIdentifier }) => sessionIdentifier)).toEqual(['early', 's2']);
  });
});
