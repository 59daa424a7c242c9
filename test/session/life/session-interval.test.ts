import { describe, expect, it } from 'vitest';
import type { SessionPolicy } from '#session/configuration/policy';
import { NEVER } from '#session/expiry';
import type { Connection } from '#session/life/connection';
import { exists, timeToLive } from '#session/session';
import { connected, declared, disconnected, sessionAfter, T0 } from '#test/session/events/lifecycle-events';

const END = T0 + 10_000;

function intervalOf(
  policy: Partial<SessionPolicy>,
  broker: Partial<Connection>,
  declarations: readonly number[] = [],
) {
  const words = declarations.map((sessionExpiryInterval, index) =>
    declared(T0 + 1 + index, { sessionExpiryInterval }),
  );
  return sessionAfter([connected(1, T0, broker), ...words], policy).sessionExpiryInterval;
}

describe('the Session Expiry Interval in force', () => {
  const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 300 } as const;
  const mqtt311 = { mqtt311SessionExpiryInterval: 7200 };
  it.each<[string, Partial<SessionPolicy>, Partial<Connection>, number[], number]>([
    ["follows the broker's session", {}, { brokerCleanSession: false, brokerSessionExpiry: 60 }, [], 60],
    ["is 0 for a clean session of the broker's", {}, { brokerCleanSession: true }, [], 0],
    [
      'is the configured one for MQTT 3.1.1 with Clean Session 0',
      mqtt311,
      { brokerCleanSession: false },
      [],
      7200,
    ],
    ['is the default while the broker could not be asked', { defaultSessionExpiryInterval: 7 }, {}, [], 7],
    ['is what the device declares', client, {}, [900], 900],
    ['is the default while the device has declared nothing', client, {}, [], 300],
    ['of a client policy does not follow the broker', client, { brokerSessionExpiry: 60 }, [], 300],
    ['may be made longer by a later declaration (3.14.2.2.2)', client, {}, [60, 900], 900],
    ['is not raised from 0 (3.14.2.2.2)', client, {}, [0, 900], 0],
    ["is not raised from the broker's 0 (3.14.2.2.2)", {}, { brokerSessionExpiry: 0 }, [900], 0],
    ["is changed from the broker's by a declaration", {}, { brokerSessionExpiry: 60 }, [900], 900],
    ['is fixed', { sessionExpiryInterval: 600 }, { brokerSessionExpiry: 60 }, [], 600],
    ['is fixed: a declaration may shorten it', { sessionExpiryInterval: 600 }, {}, [60], 60],
    ['is fixed: a declaration may end the session', { sessionExpiryInterval: 600 }, {}, [0], 0],
    ['is fixed: no declaration makes it longer', { sessionExpiryInterval: 600 }, {}, [900], 600],
    ['never ends', { sessionExpiryInterval: 'never' }, {}, [], NEVER],
    ['never ends, but for a declaration', { sessionExpiryInterval: 'never' }, {}, [60], 60],
    ['is capped', { ...client, maximumSessionExpiryInterval: 100 }, {}, [900], 100],
    [
      'is capped though it was to be for ever',
      { ...client, maximumSessionExpiryInterval: 100 },
      {},
      [NEVER],
      100,
    ],
    ["caps the broker's", { maximumSessionExpiryInterval: 10 }, { brokerSessionExpiry: 60 }, [], 10],
  ])('%s', (_, policy, broker, declarations, interval) => {
    expect(intervalOf(policy, broker, declarations)).toBe(interval);
  });

  it('holds for each connection anew: what one declared, the next has to declare again', () => {
    const first = connected(1, T0);
    const events = [first, declared(T0 + 1, { sessionExpiryInterval: 900 }), disconnected(first, END)];
    const back = sessionAfter([...events, connected(2, END + 60_000)], client);
    expect(back).toMatchObject({ sessionPresent: true, sessionExpiryInterval: 300 });
  });
});

describe('the end of a session', () => {
  const connect = connected(1, T0);
  const cut = [connect, disconnected(connect, END)];

  it('is its interval after the end of the connection [MQTT-3.1.2-23] [MQTT-4.1.0-2]', () => {
    const session = sessionAfter(cut, { sessionExpiryInterval: 600 });
    expect(session).toMatchObject({ status: 'disconnected', endsAtMs: END + 600_000 });
    expect(exists(session, END + 599_999)).toBe(true);
    expect(exists(session, END + 600_000)).toBe(false);
    expect(timeToLive(session)).toBe((END + 600_000) / 1000);
  });

  it('is never while connected [MQTT-4.1.0-1]', () => {
    const session = sessionAfter([connect], { sessionExpiryInterval: 1 });
    expect(session).not.toHaveProperty('endsAtMs');
    expect(exists(session, T0 + 10 ** 12)).toBe(true);
    expect(timeToLive(session)).toBeUndefined();
  });

  it('is never with an interval of 0xFFFFFFFF (3.1.2.11.2)', () => {
    const session = sessionAfter(cut, { sessionExpiryInterval: 'never' });
    expect(exists(session, END + 10 ** 12)).toBe(true);
    expect(timeToLive(session)).toBeUndefined();
  });

  it('is at once with an interval of 0', () => {
    const session = sessionAfter(cut, { sessionExpiryInterval: 0 });
    expect(session).toMatchObject({ status: 'ended', endsAtMs: END, endReason: 'disconnected' });
    expect(exists(session, END)).toBe(false);
  });

  it('is at once when the device declares 0 just before it disconnects, also when the word comes late', () => {
    const word = declared(END - 1, { sessionExpiryInterval: 0 });
    for (const events of [
      [connect, word, disconnected(connect, END)],
      [...cut, word],
    ]) {
      const session = sessionAfter(events, { sessionExpiryInterval: 600 });
      expect(session).toMatchObject({
        status: 'ended',
        endReason: 'disconnected',
        endedIncarnation: session.incarnation,
      });
    }
  });

  it('is found to have passed when there is no session at all', () => {
    expect(exists(undefined, T0)).toBe(false);
  });
});
