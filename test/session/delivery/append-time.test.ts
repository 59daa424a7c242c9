import { describe, expect, it } from 'vitest';
import {
  appendedInTime,
  appendTimeMs,
  consistentFromMs,
  settledBeforeMs,
} from '#session/delivery/append-time';

const SETTLE_MS = 4_000;

describe('append time', () => {
  it.each([
    ['just received', 0, 0],
    ['fresh', 2_999, 0],
    ['no longer fresh', 3_000, 3_000],
    ['received by a clock that is ahead', -2_999, 0],
    ['received by a clock that is wrong', -3_000, -3_000],
  ])('%s', (_, nowMs, expected) => {
    expect(appendTimeMs(0, nowMs, SETTLE_MS)).toBe(expected);
  });

  it.each([
    ['fresh, and received before it', 0, 1_000, 1_000],
    ['fresh, and received after it', 2_000, 1_000, 2_000],
    ['late', 0, 9_000, 9_000],
  ])('is not before what the client sent earlier: %s', (_, receivedAtMs, notBeforeMs, expected) => {
    expect(appendTimeMs(receivedAtMs, 2_000, SETTLE_MS, notBeforeMs)).toBe(expected);
  });

  it('is in time until the margin for clocks begins', () => {
    expect(appendedInTime(10_000, 13_499, SETTLE_MS)).toBe(true);
    expect(appendedInTime(10_000, 13_500, SETTLE_MS)).toBe(false);
  });

  it('lets pumps pass what is settled, and read consistently what is young', () => {
    expect(settledBeforeMs(10_000, SETTLE_MS)).toBe(6_000);
    expect(consistentFromMs(10_000, SETTLE_MS)).toBe(4_000);
  });
});
