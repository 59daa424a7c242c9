import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { retainSeconds } from '#session/delivery/retention';
import { NEVER } from '#session/expiry';
import { lossWindowMs } from '#session/life/loss-window';

const settings = {
  ...DEFAULT_SETTINGS,
  lossWindowSeconds: 5,
  settleSeconds: 4,
  unknownKeepAliveSeconds: 1200,
};

describe('how long messages may have been lost unseen before a connection ended', () => {
  it('is nothing for what an operator has made in advance', () => {
    const made = { sessionIdentifier: 'provisioned-1', seenAtMs: 0, isProvisioned: true } as const;
    expect(lossWindowMs(made, false, settings)).toBe(0);
  });

  it.each([
    ['CLIENT_INITIATED_DISCONNECT', false, 60, 0],
    ['CLIENT_INITIATED_DISCONNECT', true, 60, 0],
    ['CONNECTION_LOST', false, 60, 5_000],
    ['SERVER_ERROR', false, undefined, 5_000],
    [undefined, false, 60, 5_000],
    ['MQTT_KEEP_ALIVE_TIMEOUT', false, 60, 95_000],
    ['MQTT_KEEP_ALIVE_TIMEOUT', false, undefined, 1_805_000],
    ['MQTT_KEEP_ALIVE_TIMEOUT', false, 2, 8_000],
    ['DUPLICATE_CLIENTID', false, 60, 95_000],
    ['CONNECTION_LOST', true, 60, 95_000],
    [undefined, true, 60, 95_000],
  ])(
    '%s, taken over: %s, keep alive %s s: %d ms [MQTT-3.1.2-22]',
    (disconnectReason, takenOver, keepAlive, windowMs) => {
      const connection = {
        sessionIdentifier: 's',
        seenAtMs: 0,
        ...(disconnectReason === undefined ? {} : { disconnectReason }),
        ...(keepAlive === undefined ? {} : { keepAliveSeconds: keepAlive }),
      };
      expect(lossWindowMs(connection, takenOver, settings)).toBe(windowMs);
    },
  );
});

describe('how long a message is kept for a session', () => {
  it.each([
    ['its interval, what may be lost unseen and a margin', 3600, 60, 3600 + 90 + 5 + 4 + 60],
    ['whole seconds', 3600, 61, 3600 + 92 + 5 + 4 + 60],
    ['what may be lost unseen of a short keep alive', 3600, 2, 3600 + 3 + 5 + 4 + 60],
    ['a long keep alive where none is known', 3600, undefined, 3600 + 1800 + 5 + 4 + 60],
    ['the configured time where the session never expires', NEVER, 60, settings.neverExpiresRetentionSeconds],
  ])('%s', (_, interval, keepAliveSeconds, seconds) => {
    expect(retainSeconds(interval, keepAliveSeconds, settings)).toBe(seconds);
  });
});
