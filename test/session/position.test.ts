import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  behind,
  earlier,
  isSameMessage,
  LOG_START,
  later,
  positionAt,
  positionOf,
  timeOf,
} from '#session/position';
import { T0 } from '#test/session/events/lifecycle-events';
import { randomSeed } from '#test/session/random-seed';

const time = fc.nat(2 ** 48 - 2);

it('orders messages by their append time, and keeps that time', () => {
  fc.assert(
    fc.property(time, time, fc.string(), fc.string(), (one, other, oneId, otherId) => {
      expect(timeOf(positionOf(one, oneId))).toBe(one);
      if (one < other) expect(positionOf(one, oneId) < positionOf(other, otherId)).toBe(true);
    }),
    { seed: randomSeed, numRuns: 1000 },
  );
});

it('has every message of a millisecond at or after the start of it, and before the start of the next', () => {
  fc.assert(
    fc.property(time, fc.string(), (atMs, messageId) => {
      const position = positionOf(atMs, messageId);
      expect(positionAt(atMs) <= position).toBe(true);
      expect(position < positionAt(atMs + 1)).toBe(true);
      expect(LOG_START <= position).toBe(true);
      expect(position).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    }),
    { seed: randomSeed, numRuns: 1000 },
  );
});

it('is the same for a retry of the same message, another for another message', () => {
  expect(positionOf(T0, 'one')).toBe(positionOf(T0, 'one'));
  expect(positionOf(T0, 'one')).not.toBe(positionOf(T0, 'other'));
});

it('tells that two positions are of one message, whenever it was appended', () => {
  expect(isSameMessage(positionOf(T0, 'one'), positionOf(T0 + 4_000, 'one'))).toBe(true);
  expect(isSameMessage(positionOf(T0, 'one'), positionOf(T0, 'other'))).toBe(false);
});

it('takes a time before the epoch for the start of the log', () => {
  expect(positionAt(-1)).toBe(LOG_START);
});

it('tells the later and the earlier of two', () => {
  const [one, other] = [positionAt(T0), positionAt(T0 + 1)];
  expect([later(one, other), later(other, one)]).toEqual([other, other]);
  expect([earlier(one, other), earlier(other, one)]).toEqual([one, one]);
});

it('has nothing between a position and the one behind it', () => {
  const place = (end: string) => positionAt(T0).slice(0, -end.length) + end;
  expect(behind(place('00'))).toBe(place('01'));
  expect(behind(place('0Z'))).toBe(place('10'));
  expect(behind(place('0ZZ'))).toBe(place('100'));
});
