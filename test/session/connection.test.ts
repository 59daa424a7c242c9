import { describe, expect, it } from 'vitest';
import { type Connection, compareConnections, joinConnection, VERSION_RESET_MS } from '#session/connection';
import { T0 } from '#test/session/lifecycle-events';

function connection(versionNumber: number | undefined, atMs: number, more: Partial<Connection> = {}) {
  const known = versionNumber === undefined ? {} : { versionNumber, connectedAtMs: atMs };
  return { sessionIdentifier: `s${versionNumber}`, ...known, seenAtMs: atMs, ...more };
}

const provisioned = (versionNumber: number | undefined, atMs: number, behindMs?: number) =>
  connection(versionNumber, atMs, { isProvisioned: true, ...(behindMs !== undefined && { behindMs }) });

describe('the order of two connections', () => {
  it.each([
    ['by version number', connection(1, T0), connection(2, T0 + 10)],
    ['by version number while clocks disagree', connection(1, T0), connection(2, T0 - VERSION_RESET_MS + 1)],
    [
      'by time after the broker has reset the number',
      connection(9, T0),
      connection(0, T0 + VERSION_RESET_MS),
    ],
    [
      "by time after a short absence that was longer than the broker's own session",
      connection(3, T0),
      connection(0, T0 + 3 * 60_000),
    ],
    ['by time while a number is not known', connection(9, T0), connection(undefined, T0 + 1)],
    ['by time for one number', connection(3, T0), connection(3, T0 + 1)],
    ['by version number at one time', connection(3, T0), connection(4, T0)],
    ['to what an operator made after it', connection(3, T0), provisioned(3, T0 + 1)],
    ['from what an operator made to a higher number', provisioned(3, T0), connection(4, T0 - 1)],
    ['from what an operator made to what began later', provisioned(3, T0), connection(0, T0 + 1)],
    ['from what an operator made to one without a number', provisioned(3, T0), connection(undefined, T0 - 1)],
    [
      'to what was made when one was known without a number',
      connection(undefined, T0),
      provisioned(3, T0 + 1, T0),
    ],
    ['to what was made after the number was reset', connection(9, T0 - 1), provisioned(0, T0 + 1, T0)],
    [
      'from what was made to one without a number that was not',
      provisioned(3, T0, T0 - 2),
      connection(undefined, T0 - 1),
    ],
    ['from what was made before anything was known', provisioned(undefined, T0), connection(0, T0 - 1)],
  ])('goes %s', (_, earlier, later) => {
    expect(compareConnections(earlier, later)).toBeLessThan(0);
    expect(compareConnections(later, earlier)).toBeGreaterThan(0);
  });

  it('takes a connection for no earlier and no later than itself', () => {
    expect(compareConnections(connection(3, T0), connection(3, T0))).toBe(0);
  });
});

describe('what is known of the connections', () => {
  it('stays that the broker proved nothing, whatever an answer that comes late says', () => {
    const first = connection(1, T0, { brokerResumed: false });
    const [joined] = joinConnection([first], connection(1, T0, { brokerResumed: true }));
    expect(joined?.brokerResumed).toBe(false);
  });

  it('keeps one entry for all events of a connection, with the earliest time it was seen', () => {
    const seen = { sessionIdentifier: 's1', seenAtMs: T0 + 3 };
    const end = { ...seen, versionNumber: 1, seenAtMs: T0 + 50, disconnectedAtMs: T0 + 50 };
    const joined = [end, seen, connection(1, T0)].reduce<Connection[]>(joinConnection, []);
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
    expect(joinConnection(joinConnection([], other), one)).toEqual([one, other]);
  });

  it('gives an event without a version number to the newest of them', () => {
    const one = connection(1, T0, { sessionIdentifier: 's' });
    const other = connection(2, T0 + 60_000, { sessionIdentifier: 's' });
    const seen = { sessionIdentifier: 's', seenAtMs: T0 + 60_005 };
    expect(joinConnection([one, other], seen)).toEqual([one, other]);
  });

  it('sorts again when the true start of a connection becomes known', () => {
    const early = { sessionIdentifier: 'early', seenAtMs: T0 + 100 };
    const known = [connection(2, T0 + 50), early];
    const joined = joinConnection(known, { ...early, versionNumber: 1, connectedAtMs: T0, seenAtMs: T0 });
    expect(joined.map(({ sessionIdentifier }) => sessionIdentifier)).toEqual(['early', 's2']);
  });
});
