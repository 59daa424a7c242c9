import { describe, expect, it } from 'vitest';
import { OWN_LOG_SHARDS, ownLog } from '#session/delivery/own-log';
import type { LoggedMessage, QoS } from '#session/message';
import { positionAt } from '#session/position';
import type { Subscription } from '#session/subscription';
import { deliveryOf, deliveryTo, matchingSubscriptions } from '#session/topics/matching';
import { T0 } from '#test/session/events/lifecycle-events';

function subscription(filter: string, more: Partial<Subscription> = {}): Subscription {
  const base = { clientId: 'client', incarnation: 'i', sessionIdentifier: 's1', subscribedAtMs: [T0] };
  return { ...base, filter, qos: 1, ...more };
}

const message = (more: { qos?: QoS; retain?: true; publisher?: string } = {}) => ({ qos: 1 as QoS, ...more });

describe('the subscriptions that a message is for', () => {
  it('are those whose filters match the topic [MQTT-3.3.4-2]', () => {
    const all = ['a/+', 'a/#', 'a/b', 'b/#', '+/b'].map((filter) => subscription(filter));
    expect(matchingSubscriptions(all, 'a/b').map(({ filter }) => filter)).toEqual([
      'a/+',
      'a/#',
      'a/b',
      '+/b',
    ]);
  });

  it('are not those that have been unsubscribed [MQTT-3.10.4-2]', () => {
    expect(matchingSubscriptions([subscription('a/+', { subscribedAtMs: [] })], 'a/b')).toEqual([]);
  });

  it('are not the shared ones, which are served apart, and no others that look alike', () => {
    expect(matchingSubscriptions([subscription('$share/group/a/+')], 'a/b')).toEqual([]);
    expect(matchingSubscriptions([subscription('$share/group/a')], '$share/group/a')).toEqual([]);
    expect(matchingSubscriptions([subscription('$share/a')], '$share/a')).toHaveLength(1);
  });
});

describe('the one copy of a message', () => {
  it.each<[QoS, (QoS | undefined)[], QoS]>([
    [2, [0, 1], 1],
    [2, [2, 1], 2],
    [1, [2, 0], 1],
    [0, [2], 0],
    [2, [undefined], 0],
    [2, [undefined, 1], 1],
  ])(
    'of QoS %i for subscriptions of %j has QoS %i [MQTT-3.3.4-2] [MQTT-3.8.4-8]',
    (qos, granted, expected) => {
      const matching = granted.map((each) => {
        const { qos: _, ...none } = subscription('a/#');
        return each === undefined ? none : { ...none, qos: each };
      });
      expect(deliveryOf(matching, message({ qos }), 'client')?.qos).toBe(expected);
    },
  );

  it('carries the identifier of every subscription that has one, twice if two have the same [MQTT-3.3.4-3] [MQTT-3.3.4-4]', () => {
    const matching = [
      subscription('a/+', { subscriptionIdentifier: 7 }),
      subscription('a/#'),
      subscription('#', { subscriptionIdentifier: 268_435_455 }),
      subscription('+/b', { subscriptionIdentifier: 7 }),
    ];
    const delivery = deliveryOf(matching, message(), 'client');
    expect(delivery?.subscriptionIdentifiers).toEqual([7, 268_435_455, 7]);
    expect(deliveryOf([subscription('a/#')], message(), 'client')).toEqual({ qos: 1, retain: false });
  });

  it.each<[string, boolean, boolean[], boolean]>([
    ['cleared, when none asks for it', true, [false, false], false],
    ['kept, when one asks for it', true, [false, true], true],
    ['not set, when it was not', false, [true], false],
  ])('has RETAIN %s [MQTT-3.3.1-12] [MQTT-3.3.1-13]', (_, published, asked, expected) => {
    const matching = asked.map((asks) => subscription('a/#', asks ? { retainAsPublished: true } : {}));
    const delivery = deliveryOf(matching, message(published ? { retain: true } : {}), 'client');
    expect(delivery?.retain).toBe(expected);
  });

  it('is none when no subscription is left', () => {
    expect(deliveryOf([], message(), 'client')).toBeUndefined();
  });
});

describe('No Local [MQTT-3.8.3-3]', () => {
  const own = message({ publisher: 'client', retain: true, qos: 2 });
  const noLocal = subscription('a/+', {
    noLocal: true,
    qos: 2,
    retainAsPublished: true,
    subscriptionIdentifier: 1,
  });

  it('keeps what the client published itself from it', () => {
    expect(deliveryOf([noLocal], own, 'client')).toBeUndefined();
  });

  it('lets through what others published, and what nobody is known to have', () => {
    const delivery = { qos: 2, retain: true, subscriptionIdentifiers: [1] };
    expect(deliveryOf([noLocal], { ...own, publisher: 'other' }, 'client')).toEqual(delivery);
    const { publisher: _, ...nobodys } = own;
    expect(deliveryOf([noLocal], nobodys, 'client')).toEqual(delivery);
  });

  it('does not count for another subscription that matches too, which is served as if alone', () => {
    const other = subscription('a/#', { subscriptionIdentifier: 2 });
    expect(deliveryOf([noLocal, other], own, 'client')).toEqual({
      qos: 1,
      retain: false,
      subscriptionIdentifiers: [2],
    });
  });
});

describe('a message from a log', () => {
  const logged = (more: Partial<LoggedMessage> = {}): LoggedMessage => ({
    messageId: 'm',
    topic: 'a/b',
    payload: Buffer.from('x'),
    qos: 1,
    receivedAtMs: T0 + 5,
    position: positionAt(T0 + 5),
    ...more,
  });

  it('goes to the subscriptions that were made before it', () => {
    expect(deliveryTo([subscription('a/+')], logged(), 'client')).toEqual({ qos: 1, retain: false });
    expect(
      deliveryTo([subscription('a/+', { subscribedAtMs: [T0 + 6] })], logged(), 'client'),
    ).toBeUndefined();
    expect(deliveryTo([subscription('b/+')], logged(), 'client')).toBeUndefined();
  });

  it('goes to the one subscription that it is for, in the log of the client itself', () => {
    const all = [subscription('a/+', { qos: 0 }), subscription('a/#', { qos: 1, subscriptionIdentifier: 3 })];
    expect(deliveryTo(all, logged({ subscription: 'a/#' }), 'client')).toEqual({
      qos: 1,
      retain: false,
      subscriptionIdentifiers: [3],
    });
    expect(deliveryTo(all, logged({ subscription: 'gone/#' }), 'client')).toBeUndefined();
  });

  it('has RETAIN where the subscription has brought it as a retained one [MQTT-3.3.1-8]', () => {
    const retained = { subscription: 'a/+', retain: true as const };
    expect(deliveryTo([subscription('a/+')], logged(retained), 'client')?.retain).toBe(true);
  });

  it('has no RETAIN as one that was chosen for a member of a share group [MQTT-3.3.1-12]', () => {
    const assigned = { subscription: '$share/g/a/+', retain: true as const };
    expect(deliveryTo([subscription('$share/g/a/+')], logged(assigned), 'client')?.retain).toBe(false);
  });
});

it('the log of a client alone has a name that no filter can have, for each of its lives another one', () => {
  expect(ownLog({ clientId: 'a/b', incarnation: '1:s' })).toBe('+client/a/b/1:s');
  expect(OWN_LOG_SHARDS).toBe(1);
});
