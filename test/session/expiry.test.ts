import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capInterval,
  changeInterval,
  expiresAtSeconds,
  hasExpired,
  NEVER,
  sessionEndMs,
} from '#session/expiry';
import { randomSeed } from '#test/session/random-seed';

const disconnectedAtMs = 1_700_000_000_123;

describe('Session Expiry Intervals', () => {
  it('caps every interval, NEVER too', () => {
    expect(capInterval(60, 3600)).toBe(60);
    expect(capInterval(7200, 3600)).toBe(3600);
    expect(capInterval(NEVER, 3600)).toBe(3600);
    expect(capInterval(NEVER, NEVER)).toBe(NEVER);
    expect(capInterval(NEVER, 0)).toBe(0);
  });

  it('ends a session its interval after the disconnect', () => {
    expect(sessionEndMs(disconnectedAtMs, 0)).toBe(disconnectedAtMs);
    expect(sessionEndMs(disconnectedAtMs, 60)).toBe(disconnectedAtMs + 60_000);
    expect(sessionEndMs(disconnectedAtMs, NEVER - 1)).toBe(disconnectedAtMs + 4_294_967_294_000);
    expect(sessionEndMs(disconnectedAtMs, NEVER)).toBeUndefined();
  });

  it('has expired at the very instant of its end', () => {
    expect(hasExpired(disconnectedAtMs, disconnectedAtMs - 1)).toBe(false);
    expect(hasExpired(disconnectedAtMs, disconnectedAtMs)).toBe(true);
    expect(hasExpired(disconnectedAtMs, disconnectedAtMs + 1)).toBe(true);
    expect(hasExpired(undefined, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it('rounds the TTL attribute up', () => {
    expect(expiresAtSeconds(1_700_000_000_000)).toBe(1_700_000_000);
    expect(expiresAtSeconds(1_700_000_000_001)).toBe(1_700_000_001);
    expect(expiresAtSeconds(1_700_000_000_999)).toBe(1_700_000_001);
  });

  it('never lets TTL remove a session that still exists', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000_000), fc.nat(NEVER - 1), (endedMs, interval) => {
        const endMs = sessionEndMs(endedMs, interval) ?? Number.NaN;
        expect(hasExpired(endMs, expiresAtSeconds(endMs) * 1000)).toBe(true);
        expect(hasExpired(endMs, (expiresAtSeconds(endMs) - 1) * 1000)).toBe(false);
      }),
      { seed: randomSeed, numRuns: 1000 },
    );
  });
});

describe('changing the interval at DISCONNECT', () => {
  it.each([
    [60, 0],
    [60, 30],
    [60, 3600],
    [60, NEVER],
    [NEVER, 0],
    [0, 0],
  ])('from %d to %d is allowed', (current, requested) => {
    expect(changeInterval(current, requested)).toEqual({ changed: true, interval: requested });
  });

  it.each([1, NEVER])('from 0 to %d is a Protocol Error [MQTT-3.14.2-2]', (requested) => {
    expect(changeInterval(0, requested)).toEqual({
      changed: false,
      reason: expect.stringContaining(`cannot set ${requested}`),
    });
  });
});
