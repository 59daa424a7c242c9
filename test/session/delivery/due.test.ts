import { describe, expect, it } from 'vitest';
import type { SessionPolicy } from '#session/configuration/policy';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { cursorAfter, dueTo, subscriptionsOfLife } from '#session/delivery/due';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import { connected, disconnected, policyWith, sessionAfter, T0 } from '#test/session/events/lifecycle-events';

const END = T0 + 1_000_000;
const BACK = END + 60_000;
const OWED_MS = END - 5_000;
const settings = { ...DEFAULT_SETTINGS, settleSeconds: 4, liveOverlapSeconds: 1 };
const first = connected(1, T0);
const session = sessionAfter([first, disconnected(first, END), connected(2, BACK)], {
  sessionExpiryInterval: 600,
});
const oldIdentifier = session.connections[0]?.sessionIdentifier ?? '';
const newIdentifier = newestConnection(session).sessionIdentifier;

/** A subscription of the first connection, and of the second if it has subscribed again. */
function subscribed(filter: string, againAtMs?: number, more: Partial<Subscription> = {}): Subscription {
  return {
    clientId: 'client',
    filter,
    incarnation: session.incarnation,
    sessionIdentifier: againAtMs === undefined ? oldIdentifier : newIdentifier,
    subscribedAtMs: againAtMs === undefined ? [T0 + 10] : [T0 + 10, againAtMs],
    qos: 1,
    ...more,
  };
}

function due(
  subscriptions: Subscription[],
  nowMs: number,
  policy: Partial<SessionPolicy> = {},
  of: Session = session,
) {
  return dueTo(of, subscriptions, policyWith(policy), settings, nowMs);
}

describe('what is owed to a connected client', () => {
  it('is each filter from the cursor up to what has settled, until the client has subscribed again', () => {
    const found = due([subscribed('a')], BACK + 10_000);
    const range = { filter: 'a', qos: 1, from: positionAt(OWED_MS), upTo: positionAt(BACK + 6_000) };
    expect(found).toEqual({ ranges: [range], isComplete: false, upTo: range.upTo, beyondLive: false });
  });

  it('ends a little after the client has subscribed again, once that has settled', () => {
    const again = subscribed('a', BACK + 100);
    const liveEnd = positionAt(BACK + 1_100);
    const unsettled = due([again], BACK + 5_099);
    expect(unsettled).toMatchObject({
      isComplete: false,
      upTo: positionAt(BACK + 1_099),
      settlesAtMs: BACK + 5_100,
    });
    const settled = due([again], BACK + 5_100);
    expect(settled).toMatchObject({
      isComplete: true,
      upTo: liveEnd,
      beyondLive: false,
      ranges: [{ upTo: liveEnd }],
    });
    expect(settled).not.toHaveProperty('settlesAtMs');
  });

  it('stops for each filter where the broker delivers it: the cursor stays at the first of them', () => {
    const found = due([subscribed('a', BACK + 100), subscribed('b', BACK + 3_000)], BACK + 60_000);
    expect(found).toMatchObject({ isComplete: true, upTo: positionAt(BACK + 1_100), beyondLive: false });
    expect(found.ranges.map(({ upTo }) => upTo)).toEqual([
      positionAt(BACK + 1_100),
      positionAt(BACK + 4_000),
    ]);
  });

  it('goes past what the broker delivers, and says so, while another filter is not subscribed again', () => {
    const found = due([subscribed('a', BACK + 100), subscribed('b')], BACK + 60_000);
    expect(found).toMatchObject({ isComplete: false, upTo: positionAt(BACK + 56_000), beyondLive: true });
    expect(found.ranges[0]).toMatchObject({ filter: 'a', upTo: positionAt(BACK + 1_100) });
  });

  it('still says so once the other filter is subscribed too, and ever after on this connection', () => {
    const at = positionAt(BACK + 56_000);
    const progress = { incarnation: session.incarnation, from: session.owedFrom, at };
    const both = [subscribed('a', BACK + 100), subscribed('b', BACK + 57_000)];
    const passed = { ...session, cursor: at, progress };
    expect(due(both, BACK + 60_000, {}, passed)).toMatchObject({ upTo: at, beyondLive: true });
    const anew = [subscribed('a', BACK + 58_000), subscribed('b', BACK + 57_000)];
    const marked = { ...passed, progress: { ...progress, beyondLive: true } };
    expect(due(anew, BACK + 70_000, {}, marked)).toMatchObject({ isComplete: true, beyondLive: true });
  });

  it('begins no earlier than the subscription', () => {
    const later = subscribed('a', undefined, { subscribedAtMs: [END + 1_000] });
    expect(due([later], BACK + 10_000).ranges[0]?.from).toBe(positionAt(END + 1_000));
  });

  it('is nothing of a filter that was subscribed only on this connection', () => {
    const fresh = subscribed('a', undefined, {
      sessionIdentifier: newIdentifier,
      subscribedAtMs: [BACK + 7_000],
    });
    expect(due([fresh], BACK + 8_000).ranges).toEqual([]);
  });

  it('goes on for a filter that an operator has subscribed, as the broker does not deliver it', () => {
    const made = {
      sessionIdentifier: newIdentifier,
      subscribedAtMs: [BACK + 100],
      isProvisioned: true,
    } as const;
    const found = due([subscribed('a', undefined, made)], BACK + 60_000);
    expect(found).toMatchObject({ isComplete: false, ranges: [{ upTo: positionAt(BACK + 56_000) }] });
  });

  it('is what an operator has subscribed alone, where the broker has resumed its own session', () => {
    const resumed = { ...session, resumedAtBroker: true } as const;
    const made = subscribed('made', undefined, { subscribedAtMs: [END], isProvisioned: true });
    const range = { filter: 'made', from: positionAt(END), upTo: positionAt(BACK + 56_000) };
    const found = due([subscribed('a'), made], BACK + 60_000, {}, resumed);
    expect(found).toMatchObject({ isComplete: false, ranges: [range] });
    expect(found.ranges).toHaveLength(1);
    expect(due([subscribed('a')], BACK + 60_000, {}, resumed)).toMatchObject({
      isComplete: true,
      ranges: [],
    });
    // On an earlier connection the device has subscribed to it as well: until then it was owed.
    const too = subscribed('made', undefined, { subscribedAtMs: [END, END + 9_000] });
    const until = { filter: 'made', from: positionAt(END), upTo: positionAt(END + 10_000) };
    expect(due([too], BACK + 60_000, {}, resumed)).toMatchObject({ isComplete: true, ranges: [until] });
  });

  it('is nothing without a subscription: the catch-up is complete', () => {
    expect(due([], BACK + 10_000)).toMatchObject({ ranges: [], isComplete: true });
  });

  it('is never nearer to now than appends take to settle, and never behind the cursor', () => {
    expect(due([subscribed('a')], OWED_MS).upTo).toBe(session.cursor);
    expect(due([subscribed('a')], OWED_MS).ranges).toEqual([]);
  });

  it('is not QoS 0, unless the policy says so', () => {
    const qos0 = subscribed('a', undefined, { qos: 0 });
    expect(due([qos0], BACK + 10_000)).toMatchObject({ ranges: [], isComplete: true });
    expect(due([qos0], BACK + 10_000, { queueQos0: true }).ranges).toMatchObject([{ qos: 0 }]);
  });

  it('is taken for QoS 1 while the broker could not be asked', () => {
    const { qos: _, ...unknown } = subscribed('a');
    expect(due([unknown], BACK + 10_000).ranges).toMatchObject([{ qos: 1 }]);
  });

  it('of a share group is looked after even when the client itself is owed nothing [MQTT-4.8.2-1]', () => {
    const shared = subscribed('$share/group/a/#', BACK + 7_000, { subscribedAtMs: [BACK + 7_000] });
    expect(due([shared], BACK + 8_000).ranges).toMatchObject([
      { filter: 'a/#', sharedFilter: '$share/group/a/#' },
    ]);
  });
});

describe('whether the broker delivers a filter itself', () => {
  it.each([
    ['subscribed on this connection', BACK + 100, newIdentifier, true],
    ['subscribed just before it, by a clock that is behind', BACK - 2_000, newIdentifier, true],
    ['subscribed long before it, under the same identifier', BACK - 2_001, newIdentifier, false],
    ['subscribed on the connection before', BACK + 100, oldIdentifier, false],
  ])('%s', (_, atMs, sessionIdentifier, isLive) => {
    const subscription = subscribed('a', undefined, { sessionIdentifier, subscribedAtMs: [atMs] });
    expect(due([subscription], BACK + 60_000).isComplete).toBe(isLive);
  });
});

describe('the subscriptions of a life', () => {
  it('are those of its name and of its connections, while they are subscribed', () => {
    const named = subscribed('named', undefined, { sessionIdentifier: 'forgotten' });
    const unnamed = subscribed('unnamed', undefined, { incarnation: 'early:s2' });
    const stale = subscribed('stale', undefined, { incarnation: 'other', sessionIdentifier: 'other' });
    const ended = subscribed('ended', undefined, { subscribedAtMs: [] });
    expect(subscriptionsOfLife(session, [named, unnamed, stale, ended])).toEqual([named, unnamed]);
  });
});

it('the cursor goes as far as delivery has, and no further than is due', () => {
  const found = due([subscribed('a')], BACK + 10_000);
  expect(cursorAfter(found, positionAt(BACK))).toBe(positionAt(BACK));
  expect(cursorAfter(found, positionAt(BACK + 60_000))).toBe(positionAt(BACK + 6_000));
});
