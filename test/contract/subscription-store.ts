import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { isSubscribed, type SubscriptionChange } from '#session/subscription';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';

/** What every store of subscriptions does. */
export function subscriptionStoreContract(storeOf: () => SubscriptionStore): void {
  describe('subscription store', () => {
    let store: SubscriptionStore;
    let clientId: string;
    let filter: string;
    beforeEach(() => {
      store = storeOf();
      clientId = `client ${randomUUID()}`;
      filter = `${randomUUID()}/+/#`;
    });

    function change(kind: SubscriptionChange['kind'], atMs: number, more: Partial<SubscriptionChange> = {}) {
      const sessionIdentifier = 'first connection';
      return { clientId, filter, incarnation: 'life 1', sessionIdentifier, kind, atMs, ...more };
    }

    it('knows none of a new client', async () => {
      expect(await store.list(clientId)).toEqual([]);
    });

    it('subscribes, and knows a duplicate', async () => {
      const first = await store.apply(change('subscribed', 5, { qos: 1 }));
      expect(first).toMatchObject({ outcome: 'changed', wasSubscribed: false });
      const again = await store.apply(change('subscribed', 5, { qos: 1 }));
      expect(again).toMatchObject({ outcome: 'unchanged', wasSubscribed: true });
      expect(await store.list(clientId)).toStrictEqual([first.subscription]);
    });

    it('keeps the options of the latest SUBSCRIBE [MQTT-3.8.4-3]', async () => {
      const options = {
        isProvisioned: true,
        noLocal: true,
        retainAsPublished: true,
        subscriptionIdentifier: 268_435_455,
      } as const;
      const first = await store.apply(change('subscribed', 5, { qos: 2, ...options }));
      expect(first.subscription).toMatchObject({ qos: 2, ...options });
      expect(await store.list(clientId)).toStrictEqual([first.subscription]);
      const again = await store.apply(change('subscribed', 5, { qos: 2, ...options }));
      expect(again.outcome).toBe('unchanged');
      const second = await store.apply(change('subscribed', 6, { qos: 2 }));
      for (const option of Object.keys(options)) expect(second.subscription).not.toHaveProperty(option);
      expect(await store.list(clientId)).toStrictEqual([second.subscription]);
    });

    it('remembers an unsubscribe, so that an earlier subscribe that comes later changes nothing', async () => {
      const unsubscribed = await store.apply(change('unsubscribed', 9));
      expect(unsubscribed.outcome).toBe('changed');
      const late = await store.apply(change('subscribed', 8));
      expect(late.wasSubscribed).toBe(false);
      expect(isSubscribed(late.subscription)).toBe(false);
      expect((await store.list(clientId)).map(isSubscribed)).toEqual([false]);
      expect(await store.hasSubscribers(filter)).toBe(false);
    });

    it('says that it was subscribed when it is unsubscribed', async () => {
      await store.apply(change('subscribed', 5));
      const { outcome, wasSubscribed } = await store.apply(change('unsubscribed', 6));
      expect({ outcome, wasSubscribed }).toEqual({ outcome: 'changed', wasSubscribed: true });
    });

    it('starts afresh in another life', async () => {
      await store.apply(change('subscribed', 5));
      const { subscription, wasSubscribed } = await store.apply(
        change('subscribed', 50, { incarnation: 'life 2' }),
      );
      expect(wasSubscribed).toBe(false);
      expect(subscription).toMatchObject({ incarnation: 'life 2', subscribedAtMs: [50] });
    });

    it('joins changes that come at once, whatever their order', async () => {
      const changes = Array.from({ length: 12 }, (_, index) =>
        change(index % 3 === 2 ? 'unsubscribed' : 'subscribed', index + 1),
      );
      await Promise.all(changes.map((each) => store.apply(each)));
      expect(await store.list(clientId)).toMatchObject([{ subscribedAtMs: [], unsubscribedAtMs: 12 }]);
    });

    it('sets the QoS of the same life only, and once', async () => {
      await store.apply(change('subscribed', 5));
      expect(await store.setQoS(clientId, filter, 'life 2', 0)).toBe('unchanged');
      expect(await store.setQoS(clientId, filter, 'life 1', 0)).toBe('changed');
      expect(await store.setQoS(clientId, filter, 'life 1', 0)).toBe('unchanged');
      expect(await store.setQoS(clientId, 'unknown', 'life 1', 0)).toBe('unchanged');
      expect(await store.list(clientId)).toMatchObject([{ qos: 0, subscribedAtMs: [5] }]);
    });

    it('does not lose a QoS that is set while changes come', async () => {
      await store.apply(change('subscribed', 1));
      const changes = Array.from({ length: 7 }, (_, index) => store.apply(change('subscribed', index + 2)));
      await Promise.all([...changes, store.setQoS(clientId, filter, 'life 1', 1)]);
      expect(await store.list(clientId)).toMatchObject([
        { qos: 1, subscribedAtMs: [1, 2, 3, 4, 5, 6, 7, 8] },
      ]);
    });

    it('moves the subscriptions of some connections to another life', async () => {
      await store.apply(change('subscribed', 5));
      await store.apply(change('subscribed', 5, { filter: 'other', sessionIdentifier: 'second' }));
      expect(await store.rehome(clientId, new Set(['second']), 'life 2')).toBe(1);
      expect(await store.rehome(clientId, new Set(['second']), 'life 2')).toBe(0);
      const lives = (await store.list(clientId)).map((each) => [each.filter, each.incarnation]);
      expect(Object.fromEntries(lives)).toEqual({ [filter]: 'life 1', other: 'life 2' });
    });

    it('removes a subscription unless it has got into another life', async () => {
      const { subscription } = await store.apply(change('subscribed', 5));
      await store.apply(change('subscribed', 9, { incarnation: 'life 2' }));
      expect(await store.remove(subscription)).toBe('kept');
      expect(await store.list(clientId)).toHaveLength(1);
      expect(await store.remove({ clientId, filter, incarnation: 'life 2' })).toBe('removed');
      expect(await store.remove({ clientId, filter, incarnation: 'life 2' })).toBe('removed');
      expect(await store.list(clientId)).toEqual([]);
    });

    it('lists the subscribers of a filter page by page, shared subscriptions among them', async () => {
      const clients = Array.from({ length: 5 }, () => randomUUID()).sort();
      for (const each of clients) await store.apply(change('subscribed', 5, { clientId: each }));
      const shared = change('subscribed', 5, { clientId: 'shared', filter: `$share/workers/${filter}` });
      await store.apply(shared);
      const found: string[] = [];
      let page = await store.subscribersOf(filter, { limit: 2 });
      found.push(...page.clientIds);
      while (page.nextKey !== undefined) {
        page = await store.subscribersOf(filter, { limit: 2, startKey: page.nextKey });
        expect(page.clientIds.length).toBeLessThanOrEqual(2);
        found.push(...page.clientIds);
      }
      expect(found.sort()).toEqual([...clients, 'shared'].sort());
      expect((await store.subscribersOf(`${filter}/x`)).clientIds).toEqual([]);
    });

    it('no longer counts a subscriber that has unsubscribed or was removed', async () => {
      const { subscription } = await store.apply(change('subscribed', 5));
      expect(await store.hasSubscribers(filter)).toBe(true);
      await store.apply(change('unsubscribed', 6));
      expect(await store.hasSubscribers(filter)).toBe(false);
      await store.apply(change('subscribed', 7));
      expect(await store.hasSubscribers(filter)).toBe(true);
      await store.remove(subscription);
      expect(await store.hasSubscribers(filter)).toBe(false);
    });
  });
}
