import { expect, it } from 'vitest';
import { messageHasExpired, pendingBytes } from '#session/message';
import { T0 } from '#test/session/events/lifecycle-events';

const message = {
  messageId: 'm',
  topic: 'zimmer/küche',
  payload: new Uint8Array(10),
  qos: 1,
  receivedAtMs: T0,
} as const;

it('counts topic and payload in bytes, not in characters', () => {
  expect(pendingBytes(message)).toBe(13 + 10);
});

it.each([
  ['without an interval, never', undefined, Number.MAX_SAFE_INTEGER, false],
  ['not a millisecond before its interval has passed', 60, T0 + 59_999, false],
  ['at the moment its interval has passed', 60, T0 + 60_000, true],
  ['at once with an interval of 0', 0, T0, true],
])('a message expires %s [MQTT-3.3.2-5]', (_, interval, nowMs, expired) => {
  const expiry = interval === undefined ? {} : { messageExpiryInterval: interval };
  expect(messageHasExpired({ ...message, ...expiry }, nowMs)).toBe(expired);
});
