import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import type { Connection } from '#session/life/connection';
import { inOrder, isNoNewer, VERSION_RESET_MS } from '#session/life/connection-order';
import { T0 } from '#test/session/events/lifecycle-events';

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
    [
      "by time after the seconds that the broker's own session outlived the link",
      connection(3, T0, { brokerSessionExpiry: 10 }),
      connection(0, T0 + 10_000),
    ],
    [
      "by version number within the broker's own session",
      connection(2, T0 + 9_999),
      connection(3, T0, { brokerSessionExpiry: 10 }),
    ],
    [
      "by version number where the broker's own session ends with the link",
      connection(2, T0 + 10_000),
      connection(3, T0, { brokerSessionExpiry: 0 }),
    ],
    [
      'by time after the interval of a session that MQTT 3.1.1 cannot name',
      connection(3, T0, { brokerCleanSession: false }),
      connection(0, T0 + DEFAULT_SETTINGS.brokerSessionExpirySeconds * 1000),
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
    [
      'from what was made to one that is heard of late, if its number was reset since',
      provisioned(0, T0 + 30_000, T0),
      connection(0, T0 + 10_000, { brokerSessionExpiry: 10 }),
    ],
    [
      'to what was made from one that is heard of late within the interval of the reset',
      connection(0, T0 + 9_999, { brokerSessionExpiry: 10 }),
      provisioned(0, T0 + 30_000, T0),
    ],
    ['from what was made before anything was known', provisioned(undefined, T0), connection(0, T0 - 1)],
  ])('goes %s', (_, earlier, later) => {
    expect(inOrder([later, earlier], DEFAULT_SETTINGS)).toEqual([earlier, later]);
    expect(inOrder([earlier, later], DEFAULT_SETTINGS)).toEqual([earlier, later]);
    expect(isNoNewer(earlier, later, [], DEFAULT_SETTINGS)).toBe(true);
    expect(isNoNewer(later, earlier, [], DEFAULT_SETTINGS)).toBe(false);
  });

  it('takes a connection for no earlier and no later than itself', () => {
    expect(isNoNewer(connection(3, T0), connection(3, T0), [], DEFAULT_SETTINGS)).toBe(true);
  });
});

describe('the order of all connections of a client', () => {
  it("goes by the shortest interval of the broker's own session that is known of any of them", () => {
    const first = connection(4, T0);
    const second = connection(5, T0 + 20_000, { brokerSessionExpiry: 10 });
    const anew = connection(0, T0 + 40_000);
    expect(inOrder([anew, second, first], DEFAULT_SETTINGS)).toEqual([first, second, anew]);
    expect(isNoNewer(anew, first, [second], DEFAULT_SETTINGS)).toBe(false);
  });

  it('goes by the interval that the broker is set to where its own session is kept without one', () => {
    const settings = { ...DEFAULT_SETTINGS, brokerSessionExpirySeconds: 30 };
    const kept = connection(1, T0, { brokerCleanSession: false });
    const anew = connection(0, T0 + 30_000);
    expect(inOrder([anew, kept], settings)).toEqual([kept, anew]);
    expect(inOrder([anew, { ...kept, brokerCleanSession: true }], settings)[0]).toBe(anew);
  });
});
