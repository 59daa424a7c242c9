import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeSubscription,
  isSubscribed,
  liveSinceMs,
  optionsOf,
  owedSinceMs,
  type Subscription,
  type SubscriptionChange,
  subscribedIn,
} from '#session/subscription';
import { T0 } from '#test/session/events/lifecycle-events';
import { randomSeed } from '#test/session/random-seed';

function change(kind: 'subscribed' | 'unsubscribed', atMs: number, more: Partial<SubscriptionChange> = {}) {
  const base = { clientId: 'client', filter: 'a/#', incarnation: 'i', sessionIdentifier: 's1' };
  return { ...base, kind, atMs: T0 + atMs, ...more };
}

const subscribed = (atMs: number, more?: Partial<SubscriptionChange>) => change('subscribed', atMs, more);
const unsubscribed = (atMs: number, more?: Partial<SubscriptionChange>) => change('unsubscribed', atMs, more);

function resultOf(...changes: SubscriptionChange[]): Subscription {
  const last = changes.reduce<Subscription | undefined>(
    (known, each) => changeSubscription(known, each).subscription,
    undefined,
  );
  if (last === undefined) throw new Error('No change');
  return last;
}

describe('a subscription', () => {
  it('owes messages since the first SUBSCRIBE and is live since the last one [MQTT-3.8.4-3]', () => {
    const subscription = resultOf(subscribed(0), subscribed(5_000, { sessionIdentifier: 's2' }));
    expect(owedSinceMs(subscription)).toBe(T0);
    expect(liveSinceMs(subscription, 's2')).toBe(T0 + 5_000);
    expect(liveSinceMs(subscription, 's1')).toBeUndefined();
  });

  it('ends with UNSUBSCRIBE: nothing is owed any more [MQTT-3.10.4-2]', () => {
    const subscription = resultOf(subscribed(0), unsubscribed(10));
    expect(isSubscribed(subscription)).toBe(false);
    expect(owedSinceMs(subscription)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is not brought back by a SUBSCRIBE that comes after its UNSUBSCRIBE', () => {
    expect(isSubscribed(resultOf(unsubscribed(10), subscribed(0)))).toBe(false);
    expect(isSubscribed(resultOf(unsubscribed(10), subscribed(10)))).toBe(false);
  });

  it('begins anew with a SUBSCRIBE after the UNSUBSCRIBE, in whichever order they come', () => {
    for (const changes of [
      [subscribed(0), unsubscribed(10), subscribed(20)],
      [subscribed(20), subscribed(0), unsubscribed(10)],
    ]) {
      expect(owedSinceMs(resultOf(...changes))).toBe(T0 + 20);
    }
  });

  it('of another life does not exist: it starts afresh', () => {
    const subscription = resultOf(
      subscribed(0),
      subscribed(50, { incarnation: 'next', sessionIdentifier: 's2' }),
    );
    expect(subscription).toMatchObject({ incarnation: 'next', subscribedAtMs: [T0 + 50] });
  });

  it.each([
    ['the newest that is known', [subscribed(0, { qos: 0 }), subscribed(5, { qos: 1 })], 1],
    [
      'the newest one, though an older one comes late',
      [subscribed(5, { qos: 1 }), subscribed(0, { qos: 0 })],
      1,
    ],
    ['the one before while the broker cannot be asked', [subscribed(0, { qos: 1 }), subscribed(5)], 1],
    ['an older one while nothing better is known', [subscribed(5), subscribed(0, { qos: 1 })], 1],
    ['none while none is known', [subscribed(0)], undefined],
  ])('has as QoS %s [MQTT-3.8.4-8]', (_, changes, qos) => {
    expect(resultOf(...changes).qos).toBe(qos);
  });

  it('has the options of the latest SUBSCRIBE as a whole, whatever the order [MQTT-3.8.4-3]', () => {
    const first = subscribed(0, { noLocal: true, retainAsPublished: true, subscriptionIdentifier: 7 });
    const second = subscribed(5, { retainAsPublished: true });
    const third = subscribed(9, { subscriptionIdentifier: 8 });
    expect(optionsOf(resultOf(first))).toEqual({
      noLocal: true,
      retainAsPublished: true,
      subscriptionIdentifier: 7,
    });
    for (const changes of [
      [first, second],
      [second, first],
    ]) {
      expect(optionsOf(resultOf(...changes))).toEqual({ retainAsPublished: true });
    }
    expect(optionsOf(resultOf(third, second, first, second))).toEqual({ subscriptionIdentifier: 8 });
  });

  it('has none of the options it had before its UNSUBSCRIBE, or in another life', () => {
    const first = subscribed(0, { noLocal: true, subscriptionIdentifier: 7 });
    expect(optionsOf(resultOf(first, unsubscribed(5), subscribed(9)))).toEqual({});
    expect(optionsOf(resultOf(first, subscribed(9, { incarnation: 'next' })))).toEqual({});
  });

  it('is the device’s own as soon as that subscribes itself, whatever the order', () => {
    const made = subscribed(0, { isProvisioned: true });
    expect(optionsOf(resultOf(made))).toEqual({ isProvisioned: true });
    expect(optionsOf(resultOf(made, subscribed(5)))).toEqual({});
    expect(optionsOf(resultOf(subscribed(5), made))).toEqual({});
  });

  it('changes when nothing but an option does', () => {
    const known = resultOf(subscribed(0, { qos: 1, subscriptionIdentifier: 7 }));
    const changed = (more: Partial<SubscriptionChange>) =>
      changeSubscription(known, subscribed(0, { qos: 1, ...more })).outcome;
    expect(changed({ subscriptionIdentifier: 7 })).toBe('unchanged');
    expect(changed({ subscriptionIdentifier: 8 })).toBe('changed');
    expect(changed({})).toBe('changed');
  });

  it('says when a duplicate has changed nothing', () => {
    const known = resultOf(subscribed(0, { qos: 1 }));
    expect(changeSubscription(known, subscribed(0, { qos: 1 })).outcome).toBe('unchanged');
    expect(changeSubscription(known, subscribed(1, { qos: 1 })).outcome).toBe('changed');
    expect(changeSubscription(undefined, unsubscribed(1)).outcome).toBe('changed');
  });

  it('remembers, of many SUBSCRIBEs, since when messages are owed and since when they are live', () => {
    const subscription = resultOf(...Array.from({ length: 30 }, (_, index) => subscribed(index)));
    expect(subscription.subscribedAtMs).toHaveLength(8);
    expect(owedSinceMs(subscription)).toBe(T0);
    expect(liveSinceMs(subscription, 's1')).toBe(T0 + 29);
  });
});

it('a life is delivered to for the filters that are subscribed in it, and for none of an earlier life', () => {
  const own = resultOf(subscribed(0));
  const ended = resultOf(subscribed(0, { filter: 'b' }), unsubscribed(1, { filter: 'b' }));
  const earlier = resultOf(subscribed(0, { filter: 'c', incarnation: 'before' }));
  expect(subscribedIn('i', [earlier, ended, own])).toEqual([own]);
});

const packets = fc
  .uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 7 })
  .chain((times) =>
    fc.tuple(...times.map((atMs) => fc.boolean().map((isSubscribe) => ({ atMs, isSubscribe })))),
  )
  .map((each) =>
    each.map(({ atMs, isSubscribe }) => {
      const sessionIdentifier = `s${Math.floor(atMs / 100)}`;
      const qos = ((atMs >> 1) % 2) as 0 | 1;
      const options = {
        ...(atMs % 3 === 0 && { noLocal: true as const }),
        ...(atMs % 5 === 0 && { retainAsPublished: true as const }),
        ...(atMs % 7 !== 0 && { subscriptionIdentifier: (atMs % 7) * 1_000 }),
      };
      return isSubscribe
        ? subscribed(atMs, { sessionIdentifier, qos, ...options })
        : unsubscribed(atMs, { sessionIdentifier });
    }),
  );

it('the order of SUBSCRIBE and UNSUBSCRIBE events does not matter, nor does any duplication', () => {
  const disordered = packets.chain((changes) =>
    fc
      .shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 })
      .map((shuffled) => ({ changes, shuffled })),
  );
  fc.assert(
    fc.property(disordered, ({ changes, shuffled }) => {
      const inOrder = resultOf(...changes.toSorted((one, other) => one.atMs - other.atMs));
      const found = resultOf(...shuffled);
      expect(found.subscribedAtMs).toEqual(inOrder.subscribedAtMs);
      expect(found.unsubscribedAtMs).toBe(inOrder.unsubscribedAtMs);
      if (!isSubscribed(inOrder)) return;
      expect(found).toEqual(inOrder);
    }),
    { seed: randomSeed, numRuns: 2_000 },
  );
});
