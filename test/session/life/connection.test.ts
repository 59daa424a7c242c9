import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { brokerSessionStands } from '#session/life/broker-session';
import { type Connection, overAtMs, wasTakenOver } from '#session/life/connection';
import { T0 } from '#test/session/events/lifecycle-events';

const connection = (atMs: number, more: Partial<Connection> = {}): Connection => ({
  sessionIdentifier: `s${atMs}`,
  seenAtMs: atMs,
  ...more,
});

describe('a connection', () => {
  const open = connection(T0);
  const ended = connection(T0, { disconnectedAtMs: T0 + 5_000 });

  it.each([
    ['is not over while nothing is known of its end or of another one', open, undefined, Infinity, false],
    ['is over from its end on', ended, undefined, T0 + 5_000, false],
    ['is over from its end on, whatever came after it', ended, connection(T0 + 9_000), T0 + 5_000, false],
    [
      'is taken over by the next one while its end is not known',
      open,
      connection(T0 + 9_000),
      T0 + 9_000,
      true,
    ],
    ['is taken over by one that began before its end', ended, connection(T0 + 3_000), T0 + 3_000, true],
    ['is taken over by one that began at its end', ended, connection(T0 + 5_000), T0 + 5_000, true],
  ])('%s', (_, one, next, atMs, takenOver) => {
    expect(overAtMs(one, next)).toBe(atMs);
    expect(wasTakenOver(one, next)).toBe(takenOver);
  });
});

describe("the broker's own session of a client", () => {
  const settings = { ...DEFAULT_SETTINGS, brokerSessionExpirySeconds: 3600 };

  it.each([
    ['is none where it is a clean one', { brokerCleanSession: true, brokerSessionExpiry: 60 }, 1, false],
    ['is none where the broker was not asked', {}, 1, false],
    [
      'stands for the interval that the broker tells',
      { brokerCleanSession: false, brokerSessionExpiry: 60 },
      59,
      true,
    ],
    ['has ended after it', { brokerCleanSession: false, brokerSessionExpiry: 60 }, 60, false],
    ['stands for the configured interval where none is told', { brokerCleanSession: false }, 3599, true],
    ['has ended after that', { brokerCleanSession: false }, 3600, false],
  ])('%s', (_, more, seconds, stands) => {
    const endedAtMs = T0 + 5_000;
    const asked = connection(T0, { disconnectedAtMs: endedAtMs, ...more });
    expect(brokerSessionStands(asked, endedAtMs, endedAtMs + seconds * 1000, settings)).toBe(stands);
  });
});
