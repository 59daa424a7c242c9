import { describe, expect, it } from 'vitest';
import { identifiersOfLife } from '#session/life/compute-session';
import { newestConnection } from '#session/session';
import {
  connected,
  declared,
  disconnected,
  seen,
  sessionAfter,
  T0,
} from '#test/session/events/lifecycle-events';

const END = T0 + 10_000;
const first = connected(1, T0);
const cut = [first, disconnected(first, END)];
const tenMinutes = { sessionExpiryInterval: 600 } as const;

describe('Session Present', () => {
  it('is 0 for a client that has no session [MQTT-3.2.2-3]', () => {
    expect(sessionAfter([first], tenMinutes)).toMatchObject({
      sessionPresent: false,
      startedAtMs: T0,
      incarnation: `1:s1-${T0}`,
    });
  });

  it.each([
    ['a second before its end', 599_000, true],
    ['a millisecond before its end', 599_999, true],
    ['at its end', 600_000, false],
    ['after its end', 600_001, false],
  ])(
    'tells whether the session was still there %s [MQTT-3.1.2-5] [MQTT-4.1.0-2]',
    (_, awayMs, sessionPresent) => {
      const before = sessionAfter(cut, tenMinutes);
      const after = sessionAfter([connected(2, END + awayMs)], tenMinutes, before);
      expect(after.sessionPresent).toBe(sessionPresent);
      expect(after.incarnation === before.incarnation).toBe(sessionPresent);
      expect(after.startedAtMs).toBe(sessionPresent ? T0 : END + awayMs);
      expect(after.endReason).toBe(sessionPresent ? undefined : 'expired');
      expect(after.endedIncarnation).toBe(sessionPresent ? undefined : before.incarnation);
    },
  );

  it('is 1 for a client that is back after years in a session that never expires', () => {
    const after = sessionAfter([...cut, connected(0, END + 10 ** 11)], { sessionExpiryInterval: 'never' });
    expect(after.sessionPresent).toBe(true);
  });

  it('is 1 at a takeover [MQTT-3.1.4-3]', () => {
    expect(sessionAfter([first, connected(2, T0 + 5_000)], tenMinutes)).toMatchObject({
      sessionPresent: true,
      status: 'connected',
    });
  });

  it('is 0 at a takeover of a session with an interval of 0, which ends there', () => {
    const after = sessionAfter([first, connected(2, T0 + 5_000)], { sessionExpiryInterval: 0 });
    expect(after).toMatchObject({
      sessionPresent: false,
      endReason: 'takenOver',
      endedIncarnation: `1:s1-${T0}`,
    });
  });

  it('is 0 after a connection with an interval of 0 has ended, whichever event comes first', () => {
    const back = connected(2, END + 1_000);
    for (const events of [
      [...cut, back],
      [first, back, disconnected(first, END)],
    ]) {
      expect(sessionAfter(events, { sessionExpiryInterval: 0 }).sessionPresent).toBe(false);
    }
  });
});

describe('Clean Start', () => {
  const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;
  const second = connected(2, END + 1_000);
  const word = declared(END + 1_005, { cleanStart: true });

  it("of the broker's ends the session before it [MQTT-3.1.2-4] [MQTT-3.2.2-2]", () => {
    const persistent = { brokerCleanSession: false, brokerSessionExpiry: 600 };
    const one = connected(1, T0, persistent);
    const clean = connected(2, END + 1_000, { brokerCleanSession: true });
    const after = sessionAfter([one, disconnected(one, END), clean]);
    expect(after).toMatchObject({ sessionPresent: false, endReason: 'cleanStart', owesDelivery: false });
    expect(
      sessionAfter([one, disconnected(one, END), connected(2, END + 1_000, persistent)]).sessionPresent,
    ).toBe(true);
  });

  it("of the broker's does not count where the device or a fixed value decides", () => {
    for (const policy of [client, tenMinutes]) {
      const clean = connected(2, END + 1_000, { brokerCleanSession: true });
      expect(sessionAfter([...cut, clean], policy).sessionPresent).toBe(true);
    }
  });

  it('is declared before and after subscriptions are made: they belong to the new session', () => {
    const subscribes = seen(second, END + 1_003);
    for (const events of [
      [second, word, subscribes],
      [second, subscribes, word],
      [word, subscribes, second],
    ]) {
      const before = sessionAfter(cut, client);
      const after = sessionAfter(events, client, before);
      expect(after).toMatchObject({ sessionPresent: false, startedAtMs: END + 1_000 });
      expect([...identifiersOfLife(after)]).toEqual([newestConnection(after).sessionIdentifier]);
      expect(after.rehome).toBe(true);
    }
  });

  it('declared as false keeps a session that the broker knows nothing of', () => {
    const one = connected(1, T0, { brokerCleanSession: false, brokerSessionExpiry: 600 });
    const clean = connected(2, END + 1_000, { brokerCleanSession: true });
    const no = declared(END + 1_005, { cleanStart: false });
    expect(sessionAfter([one, disconnected(one, END), clean, no]).sessionPresent).toBe(true);
  });

  it('stays what it was, however much the device declares afterwards', () => {
    const chatter = Array.from({ length: 40 }, (_, index) =>
      declared(END + 2_000 + index, { sessionExpiryInterval: 500 + index }),
    );
    const after = sessionAfter([...cut, second, word, ...chatter], client);
    expect(after).toMatchObject({
      incarnation: `2:s2-${END + 1_000}`,
      sessionExpiryInterval: 539,
      sessionPresent: false,
    });
  });
});
