import { describe, expect, it } from 'vitest';
import type { Progress } from '#session/delivery/progress';
import type { Connection } from '#session/life/connection';
import type { SessionEvent } from '#session/life/transition';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import { connected, disconnected, sessionAfter, T0 } from '#test/session/events/lifecycle-events';
import { subscribedByOperator } from '#test/session/events/operator-events';

const END = T0 + 1_000_000;
const BACK = END + 60_000;
const tenMinutes = { sessionExpiryInterval: 600 } as const;
const keepAlive = { keepAliveSeconds: 60 };
const first = connected(1, T0, keepAlive);
const firstEnd = disconnected(first, END);
const back = connected(2, BACK, keepAlive);

/** The session as the pump leaves it after a run for the newest connection. */
function pumped(session: Session, progress: Partial<Progress>, isComplete = false): Session {
  const { incarnation, owedFrom, connections } = session;
  const reached = { incarnation, from: owedFrom, at: owedFrom, ...progress };
  const newest = newestConnection(session);
  return {
    ...session,
    cursor: reached.at,
    progress: reached,
    owesDelivery: !isComplete,
    connections: isComplete ? connections.with(-1, { ...newest, caughtUpFrom: owedFrom }) : connections,
  };
}

function on(session: Session, ...events: SessionEvent[]): Session {
  return sessionAfter(events, tenMinutes, session);
}

describe('a client that is back is owed what came', () => {
  it.each([
    ['CLIENT_INITIATED_DISCONNECT', END],
    ['CONNECTION_LOST', END - 5_000],
    ['MQTT_KEEP_ALIVE_TIMEOUT', END - 95_000],
    ['SERVER_ERROR', END - 5_000],
  ])('since its connection ended, or may have been lost unseen: %s [MQTT-3.1.2-5]', (reason, owedFromMs) => {
    const offline = sessionAfter([first, disconnected(first, END, reason)], tenMinutes);
    expect(offline).toMatchObject({ cursor: positionAt(owedFromMs), owesDelivery: false });
    const session = on(offline, back);
    expect(session).toMatchObject({
      owesDelivery: true,
      owedFrom: positionAt(owedFromMs),
      cursor: positionAt(owedFromMs),
    });
  });

  it('since one and a half keep alives, and a little more, before it took over [MQTT-3.1.2-22]', () => {
    expect(sessionAfter([first, back], tenMinutes).owedFrom).toBe(positionAt(BACK - 95_000));
  });

  it.each([0, 1, 5_000])('and so when its end is noticed %d ms after the takeover', (laterMs) => {
    const noticed = disconnected(first, BACK + laterMs, 'CONNECTION_LOST');
    expect(sessionAfter([first, noticed, back], tenMinutes).owedFrom).toBe(positionAt(BACK - 95_000));
  });

  it('since the takeover, when it had said goodbye at that very moment', () => {
    const goodbye = disconnected(first, BACK, 'CLIENT_INITIATED_DISCONNECT');
    expect(sessionAfter([first, goodbye, back], tenMinutes).owedFrom).toBe(positionAt(BACK));
  });

  it('at the earliest since its session began, and since the log began', () => {
    const short = connected(1, BACK - 1_000, keepAlive);
    expect(sessionAfter([short, back], tenMinutes).owedFrom).toBe(positionAt(BACK - 1_000));
    const atEpoch = connected(1, 10, keepAlive);
    expect(sessionAfter([atEpoch, disconnected(atEpoch, 20)], tenMinutes).cursor).toBe(positionAt(10));
  });

  it('is nothing on a new session: the broker delivers from its SUBSCRIBE on', () => {
    expect(sessionAfter([first], tenMinutes)).toMatchObject({
      owesDelivery: false,
      owedFrom: positionAt(T0),
    });
  });

  it('is nothing where the broker is to deliver by itself', () => {
    const session = sessionAfter([first, firstEnd, back], { ...tenMinutes, delivery: 'broker' });
    expect(session).toMatchObject({ sessionPresent: true, owesDelivery: false, owedFrom: positionAt(BACK) });
  });
});

describe("where the broker holds the client's session itself", () => {
  const persistent = { brokerCleanSession: false, brokerSessionExpiry: 3600 };

  it('the service delivers what an operator has subscribed beside it, on that connection and on those that follow', () => {
    const one = connected(1, T0, persistent);
    const two = connected(2, BACK, persistent);
    const away = sessionAfter([one, disconnected(one, END), subscribedByOperator(one)], tenMinutes);
    const session = on(away, two);
    expect(session).toMatchObject({ owesDelivery: true, resumedAtBroker: true, cursor: away.cursor });
    const third = connected(3, BACK + 60_000, persistent);
    const after = on(session, disconnected(two, BACK + 30_000), third);
    expect(after).toMatchObject({ owesDelivery: true, resumedAtBroker: true, cursor: session.cursor });
    // The device has subscribed to all of it by itself.
    const done = on(pumped(session, {}, true), disconnected(two, BACK + 30_000), third);
    expect(done.owesDelivery).toBe(false);
    expect(done).not.toHaveProperty('resumedAtBroker');
    const gone = on(away, connected(2, BACK, { ...persistent, brokerResumed: false }));
    expect(gone.owesDelivery).toBe(true);
    expect(gone).not.toHaveProperty('resumedAtBroker');
  });

  const never = { sessionExpiryInterval: 'never' } as const;
  const HOUR = 3_600_000;
  it.each<[string, Partial<Connection>, Partial<Connection>, number, boolean]>([
    ['the broker delivers within its expiry', persistent, persistent, HOUR - 1, false],
    ['the service delivers from its end on', persistent, persistent, HOUR, true],
    [
      'the broker delivers, where it had kept the session longer',
      persistent,
      { ...persistent, brokerResumed: true },
      HOUR + 60_000,
      false,
    ],
    [
      'the service delivers, where the broker had dropped the session',
      persistent,
      { ...persistent, brokerResumed: false },
      HOUR + 60_000,
      true,
    ],
    [
      "the account's expiry counts for MQTT 3.1.1: within",
      { brokerCleanSession: false },
      persistent,
      HOUR - 1,
      false,
    ],
    [
      "the account's expiry counts for MQTT 3.1.1: after",
      { brokerCleanSession: false },
      persistent,
      HOUR,
      true,
    ],
    [
      'the service delivers after a clean session of the broker',
      { brokerCleanSession: true },
      persistent,
      1_000,
      true,
    ],
    [
      'the service delivers to a clean session of the broker',
      persistent,
      { brokerCleanSession: true },
      1_000,
      true,
    ],
    ['the service delivers while the broker could not be asked', persistent, {}, 1_000, true],
  ])('%s', (_, before, after, awayMs, owesDelivery) => {
    const one = connected(1, T0, before);
    const events = [one, disconnected(one, END), connected(2, END + awayMs, after)];
    expect(sessionAfter(events, never).owesDelivery).toBe(owesDelivery);
  });

  it('the service goes on with what it has not delivered yet', () => {
    const one = connected(1, T0);
    const two = connected(2, BACK, persistent);
    const three = connected(3, BACK + 120_000, persistent);
    const session = sessionAfter(
      [one, disconnected(one, END), two, disconnected(two, BACK + 60_000), three],
      never,
    );
    expect(session).toMatchObject({ owesDelivery: true, owedFrom: positionAt(END - 5_000) });
  });
});

describe('a catch-up', () => {
  const waiting = sessionAfter([first, firstEnd, back], tenMinutes);
  const secondEnd = disconnected(back, BACK + 20_000, 'MQTT_KEEP_ALIVE_TIMEOUT');
  const third = connected(3, BACK + 60_000, keepAlive);
  const fourth = connected(4, BACK + 120_000, keepAlive);
  const at = positionAt(BACK - 1_000);

  it('that is complete leaves the rest to the broker, through events that come twice', () => {
    const complete = pumped(waiting, { at }, true);
    const word = on(complete, {
      kind: 'declaration',
      declaration: { atMs: BACK + 1, sessionExpiryInterval: 500 },
    });
    expect(word).toMatchObject({ owesDelivery: false, cursor: at });
  });

  it('that is not complete goes on on the next connection where it was', () => {
    const session = on(pumped(waiting, { at }), secondEnd, third);
    expect(session).toMatchObject({ owesDelivery: true, owedFrom: at, cursor: at });
    expect(on(pumped(waiting, { at }), secondEnd).owesDelivery).toBe(false);
  });

  it('goes on over many short connections, not again from its start', () => {
    const further = positionAt(BACK + 30_000);
    const onThird = pumped(on(pumped(waiting, { at }), secondEnd, third), { at: further });
    expect(on(onThird, disconnected(third, BACK + 90_000)).cursor).toBe(further);
    expect(on(onThird, disconnected(third, BACK + 90_000), fourth)).toMatchObject({
      owedFrom: further,
      cursor: further,
    });
  });

  it('keeps its place while more is learnt of the connection', () => {
    const session = pumped(waiting, { at });
    const owed = on(session, connected(2, BACK, { brokerSessionExpiry: 60 }));
    expect(owed).toMatchObject({ cursor: at, progress: session.progress, owesDelivery: true });
  });

  it('starts again where a late disconnect moves its start backwards', () => {
    const taken = sessionAfter([first, back], tenMinutes);
    expect(taken.owedFrom).toBe(positionAt(BACK - 95_000));
    const complete = pumped(taken, { at }, true);
    const goneLongBefore = disconnected(first, BACK - 300_000, 'CONNECTION_LOST');
    const owedFrom = positionAt(BACK - 305_000);
    expect(on(complete, goneLongBefore)).toMatchObject({ owesDelivery: true, owedFrom, cursor: owedFrom });
  });

  it('skips ahead where a late goodbye moves its start forwards', () => {
    const taken = sessionAfter([first, back], tenMinutes);
    const goodbye = disconnected(first, BACK - 10_000, 'CLIENT_INITIATED_DISCONNECT');
    const session = on(pumped(taken, { at: positionAt(BACK - 80_000) }), goodbye);
    expect(session.cursor).toBe(positionAt(BACK - 10_000));
  });

  it('that passed what the broker was to deliver is set back by what may have been lost of it', () => {
    const far = positionAt(BACK + 19_000);
    const passed = pumped(waiting, { at: far, beyondLive: true });
    const owedFrom = positionAt(END - 5_000);
    const offline = on(passed, secondEnd);
    expect(offline.cursor).toBe(owedFrom);
    const again = on(offline, third);
    expect(again).toMatchObject({ owesDelivery: true, owedFrom, cursor: owedFrom });
    expect(on(again, fourth)).toMatchObject({ owedFrom, cursor: owedFrom });
  });

  it('that passed it is set back no further than it may have been lost', () => {
    const passed = pumped(waiting, { at: positionAt(BACK + 500_000), beyondLive: true });
    const late = disconnected(back, BACK + 600_000, 'MQTT_KEEP_ALIVE_TIMEOUT');
    expect(on(passed, late).cursor).toBe(positionAt(BACK + 500_000));
    const soon = disconnected(back, BACK + 550_000, 'MQTT_KEEP_ALIVE_TIMEOUT');
    expect(on(passed, soon).cursor).toBe(positionAt(BACK + 455_000));
  });

  it('that passed it and then came to its end is set back all the same', () => {
    const complete = pumped(waiting, { at: positionAt(BACK + 19_000), beyondLive: true }, true);
    expect(on(complete, disconnected(back, BACK + 20_000)).cursor).toBe(positionAt(BACK + 15_000));
  });

  it('without anything to pass is not set back: what the client confirmed stays delivered', () => {
    const complete = pumped(waiting, { at: positionAt(BACK + 19_000) }, true);
    expect(on(complete, secondEnd).cursor).toBe(positionAt(BACK + 19_000));
  });

  it('of another life counts for nothing', () => {
    const session = on(pumped(waiting, { incarnation: 'other', at }), secondEnd);
    expect(session.cursor).toBe(positionAt(END - 5_000));
  });

  it('that starts again from its start does not count what has given way a second time', () => {
    const skip = { from: positionAt(END), upTo: positionAt(END + 10) };
    const again = on(pumped(waiting, { skip }), secondEnd, third);
    expect(again.progress).toEqual({
      incarnation: again.incarnation,
      from: again.owedFrom,
      at: again.owedFrom,
      skip,
    });
    expect(on(pumped(waiting, { skip, at }), secondEnd, third)).not.toHaveProperty('progress');
  });
});
