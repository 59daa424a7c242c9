import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#history/entry';
import { brokerKept, reasonOfDrop } from '#operator/trace/given-up';
import { planWaiting } from '#operator/waiting/waiting-plan';
import { FOLLOW_BROKER } from '#session/configuration/policy';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import type { DropReason } from '#session/delivery/drop-reasons';
import type { Connection } from '#session/life/connection';
import { positionAt, positionOf } from '#session/position';
import type { Session } from '#session/session';
import type { FoundMessage } from '#store/messages/message-log';
import { exampleConnection, exampleSession } from '#test/store/sessions/example-sessions';

const T = 1_795_000_000_000;
const SECOND = 1_000;
const configuration = { policies: [{ ...FOLLOW_BROKER, clients: '*' }], settings: DEFAULT_SETTINGS };
const newest = { ...configuration, policies: [{ ...FOLLOW_BROKER, overflow: 'drop-newest' as const }] };

const connection = (number: number, connectedAtMs: number, more: Partial<Connection> = {}) =>
  exampleConnection(number, {
    connectedAtMs,
    seenAtMs: connectedAtMs,
    disconnectedAtMs: connectedAtMs + 10 * SECOND,
    brokerCleanSession: true,
    ...more,
  });

/** Connected for the first ten seconds, and again from the hundredth. */
const session = exampleSession('meter-7', 2, {
  connections: [connection(1, T), connection(2, T + 100 * SECOND)],
});

function message(atMs: number, more: Partial<FoundMessage> = {}): FoundMessage {
  const messageId = `message at ${atMs}`;
  return {
    log: 'a/#',
    messageId,
    topic: 'a/1',
    payload: Buffer.from('on'),
    qos: 1,
    position: positionOf(atMs, messageId),
    receivedAtMs: atMs,
    ...more,
  };
}

function dropped(reason: DropReason, atMs: number, positionMs = atMs): HistoryEntry {
  const last = [{ reason, topic: 'a/9', position: positionOf(positionMs, 'the last one'), atMs }];
  const { clientId, incarnation } = session;
  return { clientId, incarnation, id: '7', atMs, type: 'dropped', counts: { [reason]: 12 }, last };
}

describe('a message whose name the session has forgotten', () => {
  const reasonFor = (
    one: FoundMessage,
    entries: readonly HistoryEntry[],
    { isKept = false, rules = configuration } = {},
  ) => reasonOfDrop({ message: one, entries, isKept }, { session, nowMs: T + 200 * SECOND }, rules);

  it('was given up by an operator, if it was waiting then', () => {
    const entries = [dropped('operator', T + 50 * SECOND)];
    expect(reasonFor(message(T + 20 * SECOND), entries)).toBe('operator');
    expect(reasonFor(message(T + 60 * SECOND), entries)).toBeUndefined();
    expect(reasonFor(message(T + 5 * SECOND), entries)).toBeUndefined();
    expect(reasonFor(message(T - 5 * SECOND), entries)).toBeUndefined();
    expect(reasonFor(message(T + 20 * SECOND), entries, { isKept: true })).toBeUndefined();
    expect(
      reasonFor(message(T + 20 * SECOND), [dropped('overflowBytes', T + 50 * SECOND, T)]),
    ).toBeUndefined();
  });

  it('expired, if its time was over before the client was there', () => {
    const expiring = (seconds: number) => message(T + 20 * SECOND, { messageExpiryInterval: seconds });
    expect(reasonFor(expiring(5), [])).toBe('expired');
    expect(reasonFor(expiring(5), [dropped('operator', T + 50 * SECOND)])).toBe('expired');
    expect(reasonFor(expiring(40), [dropped('operator', T + 50 * SECOND)])).toBe('operator');
    expect(reasonFor(expiring(100), [])).toBeUndefined();
  });

  it('gave way in the place that it would have had in time, if it was appended late', () => {
    const late = message(T + 20 * SECOND, { position: positionOf(T + 90 * SECOND, 'appended late') });
    const entry = dropped('overflowMessages', T + 101 * SECOND, T + 25 * SECOND);
    if (entry.type !== 'dropped') throw new Error('The entry is not one of drops');
    const last = entry.last.map((drop) => ({ ...drop, from: positionAt(T + 15 * SECOND) }));
    for (const entries of [[entry], [{ ...entry, last }]])
      expect(reasonFor(late, entries)).toBe('overflowMessages');
  });

  it('gave way to newer ones with the last that did, if all of them waited', () => {
    const entries = [dropped('overflowMessages', T + 101 * SECOND, T + 50 * SECOND)];
    expect(reasonFor(message(T + 20 * SECOND), entries)).toBe('overflowMessages');
    expect(reasonFor(message(T + 60 * SECOND), entries)).toBeUndefined();
    expect(reasonFor(message(T + 20 * SECOND), entries, { rules: newest })).toBeUndefined();
  });
});

it('is kept by the session of the broker until that is over', () => {
  const held = connection(1, T, { brokerCleanSession: false, brokerSessionExpiry: 60 });
  const away = { ...session, connections: [held] };
  const isKept = (receivedAtMs: number, nowMs: number, of: Session = away) =>
    brokerKept(message(receivedAtMs), of, configuration, nowMs);
  expect(isKept(T + 20 * SECOND, T + 30 * SECOND)).toBe(true);
  expect(isKept(T + 20 * SECOND, T + 80 * SECOND)).toBe(false);
  expect(isKept(T + 5 * SECOND, T + 30 * SECOND)).toBe(false);
  expect(isKept(T + 20 * SECOND, T + 30 * SECOND, session)).toBe(false);
  const back = (more: Partial<Connection>) => ({
    ...session,
    connections: [held, connection(2, T + 50 * SECOND, more)],
  });
  const resuming = { brokerCleanSession: false };
  expect(isKept(T + 20 * SECOND, T + 500 * SECOND, back(resuming))).toBe(true);
  expect(isKept(T + 20 * SECOND, T + 500 * SECOND, back({ ...resuming, brokerResumed: false }))).toBe(false);
  // The broker throws away what it held, and the service delivers.
  expect(isKept(T + 20 * SECOND, T + 500 * SECOND, back({ brokerCleanSession: true }))).toBe(false);
  const mirrored = { ...configuration, policies: [{ ...FOLLOW_BROKER, delivery: 'broker' as const }] };
  const kept = (more: Partial<Connection>) =>
    brokerKept(message(T + 20 * SECOND), back(more), mirrored, T + 500 * SECOND);
  expect([kept({}), kept(resuming)]).toEqual([false, true]);
  expect(isKept(T + 20 * SECOND, T + 30 * SECOND, { ...away, carrier: 'https://sqs.local/listener' })).toBe(
    false,
  );
});

it('does not wait once it has given way, in the place that it would have had in time', () => {
  const { incarnation, cursor } = session;
  const skip = { from: positionAt(T + 19 * SECOND), upTo: positionAt(T + 21 * SECOND) };
  const late = message(T + 20 * SECOND, { position: positionOf(T + 90 * SECOND, 'appended late') });
  const subscription = { clientId: 'meter-7', filter: 'a/#', incarnation, sessionIdentifier: 'first' };
  const waits = (of: Session) =>
    planWaiting({
      session: { ...of, status: 'disconnected', cursor: positionAt(T) },
      subscriptions: [{ ...subscription, subscribedAtMs: [T - SECOND], isProvisioned: true, qos: 1 }],
      flow: undefined,
      configuration,
      nowMs: T + 200 * SECOND,
    }).judge(late) !== undefined;
  const progress = { incarnation, from: cursor, at: cursor, skip };
  expect([waits(session), waits({ ...session, progress })]).toEqual([true, false]);
});

it('does not wait at the packet edge once it is given up before anything was sent', () => {
  const [before, after] = [message(T + 20 * SECOND), message(T + 60 * SECOND)];
  const plan = planWaiting({
    session: {
      ...session,
      carrier: 'https://sqs.local/listener',
      stragglersFrom: positionAt(T + 50 * SECOND),
    },
    subscriptions: [
      {
        clientId: 'meter-7',
        filter: 'a/#',
        incarnation: session.incarnation,
        sessionIdentifier: 'first',
        subscribedAtMs: [T],
        qos: 1,
      },
    ],
    flow: undefined,
    configuration,
    nowMs: T + 200 * SECOND,
  });
  expect(plan.judge(before)).toBeUndefined();
  expect(plan.judge(after)).toMatchObject({ filter: 'a/#', qos: 1 });
});
