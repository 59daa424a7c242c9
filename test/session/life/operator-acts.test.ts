import { describe, expect, it } from 'vitest';
import { NEVER } from '#session/expiry';
import { positionAt } from '#session/position';
import { exists, timeToLive } from '#session/session';
import {
  connected,
  declared,
  disconnected,
  live,
  rulesWith,
  seen,
  sessionAfter,
  T0,
} from '../events/lifecycle-events.ts';
import { endedByOperator, givenUp, intervalByOperator, provisioned } from '../events/operator-events.ts';

const SECOND = 1_000;
const END = T0 + 10 * SECOND;
const ACT = T0 + 20 * SECOND;
const hour = { sessionExpiryInterval: 3600 } as const;
const never = { sessionExpiryInterval: 'never', maximumSessionExpiryInterval: NEVER } as const;
const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;
const first = connected(1, T0);
const firstEnd = disconnected(first, END);
const second = connected(2, T0 + 60 * SECOND);

describe('an operator’s end of a session', () => {
  it.each([
    ['away', [first, firstEnd]],
    ['connected', [first]],
  ] as const)('ends that of a client that is %s, then', (_, events) => {
    const session = sessionAfter([...events, endedByOperator(first, ACT)], hour);
    expect(session).toMatchObject({ status: 'ended', endsAtMs: ACT, endReason: 'operator' });
    expect(exists(session, ACT)).toBe(false);
  });

  it('ends one that would never have ended', () => {
    expect(sessionAfter([first, firstEnd, endedByOperator(first, ACT)], never).endsAtMs).toBe(ACT);
  });

  it('comes too late for one that had ended by itself: the true end stands', () => {
    const events = [first, endedByOperator(first, ACT), firstEnd];
    expect(sessionAfter(events, { sessionExpiryInterval: 5 })).toMatchObject({
      status: 'ended',
      endsAtMs: END + 5_000,
    });
  });

  it.each([
    ['resumes', second],
    ['is heard of late', connected(2, ACT - 1)],
  ])('begins a new life with the next connection, although that %s', (_, next) => {
    const session = sessionAfter([first, firstEnd, endedByOperator(first, ACT), next], hour);
    expect(session).toMatchObject({
      status: 'connected',
      sessionPresent: false,
      incarnation: expect.stringMatching(/^2:/),
    });
  });

  it('is told once, with the first time of it', () => {
    const once = sessionAfter([first, firstEnd, endedByOperator(first, ACT)], hour);
    const twice = live([endedByOperator(first, ACT + 1), endedByOperator(first, ACT)], rulesWith(hour), once);
    expect(twice).toBe(once);
  });

  it('is the reason that the next life gives for the end of this one', () => {
    const events = [first, firstEnd, second, endedByOperator(first, ACT)];
    expect(sessionAfter(events, hour)).toMatchObject({ status: 'connected', endReason: 'operator' });
  });

  it('is kept a while, so that the end of its connection finds it', () => {
    const session = sessionAfter([first, endedByOperator(first, ACT)], hour);
    expect(timeToLive(session)).toBe((ACT + 600_000) / 1000);
  });
});

describe('an operator’s interval', () => {
  it.each([
    ['longer than a fixed one', hour, 7200, 7200],
    ['shorter than a fixed one', hour, 60, 60],
    ['above the maximum', { ...hour, maximumSessionExpiryInterval: 5000 }, 7200, 5000],
    ['from 0', { sessionExpiryInterval: 0 }, 60, 60],
    ['where the device has said nothing', client, 60, 60],
  ] as const)('is in force: %s', (_, policy, asked, expected) => {
    const events = [first, intervalByOperator(first, T0 + SECOND, asked), firstEnd];
    expect(sessionAfter(events, policy)).toMatchObject({
      sessionExpiryInterval: expected,
      endsAtMs: END + expected * SECOND,
    });
  });

  it('moves the end of a session whose client is away', () => {
    const session = sessionAfter([first, firstEnd, intervalByOperator(first, ACT, 7200)], hour);
    expect(session).toMatchObject({ status: 'disconnected', endsAtMs: END + 7_200_000 });
  });

  it('ends no session before it was set: one that is over by then ends then', () => {
    const session = sessionAfter([first, firstEnd, intervalByOperator(first, ACT, 5)], hour);
    expect(session).toMatchObject({ status: 'disconnected', endsAtMs: ACT });
  });

  it('of 0 ends the session of a client that is away, by an operator', () => {
    const session = sessionAfter([first, firstEnd, intervalByOperator(first, ACT, 0)], hour);
    expect(session).toMatchObject({ status: 'ended', endsAtMs: ACT, endReason: 'operator' });
    expect(sessionAfter([connected(2, ACT - 1)], hour, session).sessionPresent).toBe(false);
  });

  it('of 0 ends a connected session with its connection', () => {
    const session = sessionAfter([first, intervalByOperator(first, T0 + SECOND, 0), firstEnd], hour);
    expect(session).toMatchObject({ status: 'ended', endsAtMs: END, endReason: 'disconnected' });
  });

  it('leaves the device the last word, but not from 0 (3.14.2.2.2)', () => {
    const word = declared(T0 + 2 * SECOND, { sessionExpiryInterval: 30 });
    const inForce = (asked: number) =>
      sessionAfter([first, intervalByOperator(first, T0 + SECOND, asked), word], client)
        .sessionExpiryInterval;
    expect([inForce(900), inForce(0)]).toEqual([30, 0]);
  });

  it('is not for the next connection', () => {
    const events = [first, intervalByOperator(first, T0 + SECOND, 7200), firstEnd, second];
    expect(sessionAfter(events, hour)).toMatchObject({ sessionPresent: true, sessionExpiryInterval: 3600 });
  });

  it('set twice in one millisecond with a word of the device is still the operator’s', () => {
    const word = declared(T0 + SECOND, { sessionExpiryInterval: 30 });
    for (const events of [
      [first, word, intervalByOperator(first, T0 + SECOND, 90)],
      [first, intervalByOperator(first, T0 + SECOND, 90), word],
    ]) {
      expect(sessionAfter(events, client).sessionExpiryInterval).toBe(90);
    }
  });

  it('stays in force however much a device has declared before and after it', () => {
    const words = (fromMs: number) =>
      Array.from({ length: 20 }, (_, index) => declared(fromMs + index, { sessionExpiryInterval: 0 }));
    const raised = [first, ...words(T0 + 1), intervalByOperator(first, T0 + SECOND, 90)];
    expect(sessionAfter(raised, client).sessionExpiryInterval).toBe(90);
    expect(sessionAfter([...raised, ...words(T0 + 2 * SECOND)], client).sessionExpiryInterval).toBe(0);
  });
});

describe('what an operator gives up', () => {
  it.each([
    ['while the client is away', [first, firstEnd, givenUp(first, ACT)]],
    ['before its connection ended', [first, givenUp(first, ACT), firstEnd]],
  ] as const)('is not owed any more: %s', (_, events) => {
    const session = sessionAfter([...events, second], hour);
    expect(session).toMatchObject({ owedFrom: positionAt(ACT), stragglersFrom: positionAt(ACT) });
  });

  it('is no more owed to the client that is being delivered to', () => {
    const owing = sessionAfter([first, firstEnd, second], hour);
    const session = sessionAfter([givenUp(second, ACT + 60 * SECOND)], hour, owing);
    expect(session).toMatchObject({ cursor: positionAt(ACT + 60 * SECOND), owesDelivery: true });
  });

  it('stays given up whatever is given up later, or was earlier', () => {
    const events = [first, firstEnd, givenUp(first, ACT), givenUp(first, ACT - 1)];
    expect(sessionAfter(events, hour).cursor).toBe(positionAt(ACT));
  });

  it('goes no further back than what is delivered already', () => {
    const owing = sessionAfter([first, firstEnd, second], hour);
    const { incarnation, owedFrom: from } = owing;
    const at = positionAt(ACT + 90 * SECOND);
    const delivered = { ...owing, cursor: at, progress: { incarnation, from, at } };
    expect(sessionAfter([givenUp(second, ACT + 70 * SECOND)], hour, delivered).cursor).toBe(at);
  });
});

describe('a session that an operator makes', () => {
  const made = provisioned(ACT, 7200);

  it('waits for its client', () => {
    expect(sessionAfter([made], client)).toMatchObject({
      status: 'disconnected',
      sessionExpiryInterval: 7200,
      endsAtMs: ACT + 7_200_000,
      cursor: positionAt(ACT),
    });
  });

  it.each([
    ['a first number', connected(0, ACT + SECOND)],
    ['a number', connected(57, ACT + SECOND)],
    ['a clock that lies behind', connected(0, ACT - SECOND)],
    ['a subscription as the first that is heard of it', seen(connected(1, ACT + SECOND), ACT + 2 * SECOND)],
  ])('is resumed by a connection with %s', (_, next) => {
    const session = sessionAfter([made, next], client);
    expect(session).toMatchObject({ status: 'connected', sessionPresent: true, owesDelivery: true });
    expect(session.owedFrom).toBe(positionAt(ACT));
  });

  it('ends with a clean start', () => {
    const next = connected(0, ACT + SECOND);
    const word = declared(ACT + SECOND, { cleanStart: true });
    expect(sessionAfter([made, next, word], client)).toMatchObject({
      sessionPresent: false,
      endReason: 'cleanStart',
    });
  });

  it.each([
    ['its number went on', connected(8, ACT + SECOND)],
    ['the broker counts from 0 again', connected(0, ACT + SECOND)],
  ])('comes behind a life that is over, and before the next connection: %s', (_, next) => {
    const old = connected(7, T0);
    const over = [old, disconnected(old, T0 + SECOND)];
    const events = [...over, provisioned(ACT, 7200, 7), next];
    const session = sessionAfter(events, { ...client, defaultSessionExpiryInterval: 5 });
    expect(session).toMatchObject({ status: 'connected', sessionPresent: true, owedFrom: positionAt(ACT) });
    expect(session.incarnation).toBe(`7:provisioned-${ACT}`);
  });

  it('has taken nothing over: the end of what was taken over by another comes late and counts', () => {
    const old = connected(7, T0);
    const end = disconnected(old, T0 + SECOND, 'DUPLICATE_CLIENTID');
    const rules = { ...client, defaultSessionExpiryInterval: 5 };
    const late = sessionAfter([old, provisioned(ACT, 7200, 7), end], rules);
    expect(late.incarnation).toBe(`7:provisioned-${ACT}`);
    expect(late.sessionPresent).toBe(false);
  });

  it('may have what waits for it given up', () => {
    const session = sessionAfter(
      [made, givenUp(made, ACT + 9 * SECOND), connected(0, ACT + 10 * SECOND)],
      client,
    );
    expect(session.owedFrom).toBe(positionAt(ACT + 9 * SECOND));
  });
});
