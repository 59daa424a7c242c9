import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CarriageStore } from '#store/inflight/carriages';

const T = 1_800_000_000_000;

/** What every store of carriages does. */
export function carriageStoreContract(storeOf: () => CarriageStore): void {
  describe('carriage store', () => {
    let store: CarriageStore;
    let clientId: string;
    const first = (connectionId: string, receivedAtMs: number) => ({
      connectionId,
      receivedAtMs,
      packets: 1,
    });
    const next = (sequence: number, receivedAtMs: number, packets = 1) => ({
      connectionId: 'one',
      sequence,
      receivedAtMs,
      packets,
    });
    beforeEach(() => {
      store = storeOf();
      clientId = `client ${randomUUID()}`;
    });

    it('opens a connection, and knows it from then on', async () => {
      expect(await store.get(clientId)).toBeUndefined();
      expect(await store.open(clientId, first('one', T))).toEqual({ opened: true });
      const one = { clientId, connectionId: 'one', openedAtMs: T, nextSequence: 1, stampedUntilMs: T };
      expect(await store.get(clientId)).toStrictEqual(one);
      expect(await store.open(clientId, first('two', T + 1))).toEqual({ opened: true, previous: one });
      expect(await store.get(clientId)).toMatchObject({ connectionId: 'two', openedAtMs: T + 1 });
    });

    it.each([
      ['the same one again', 'one', T + 5_000],
      ['one that is older', 'older', T - 1],
      ['one of the same time', 'other', T],
    ])('does not open %s', async (_, connectionId, atMs) => {
      await store.open(clientId, first('one', T));
      expect(await store.open(clientId, first(connectionId, atMs))).toMatchObject({
        opened: false,
        current: { connectionId: 'one', openedAtMs: T },
      });
    });

    it('does not open a connection that is older than one that has ended', async () => {
      await store.open(clientId, first('one', T));
      await store.close(clientId, { connectionId: 'one', reason: 'CONNECTION_LOST', atMs: T + 10 });
      expect(await store.open(clientId, first('late', T - 1))).toMatchObject({ opened: false });
      expect(await store.open(clientId, first('two', T + 1))).toMatchObject({ opened: true });
      expect(await store.get(clientId)).not.toHaveProperty('closed');
    });

    it('takes the frames of a connection in their order, each once', async () => {
      await store.open(clientId, first('one', T));
      expect(await store.take(clientId, next(2, T + 1))).toMatchObject({ taken: false });
      expect(await store.take(clientId, next(1, T + 1))).toEqual({ taken: true, firstAtMs: T + 1 });
      expect(await store.take(clientId, next(1, T + 9))).toMatchObject({
        taken: false,
        current: { nextSequence: 2 },
      });
      expect(await store.take(clientId, next(2, T + 2))).toEqual({ taken: true, firstAtMs: T + 2 });
    });

    it('gives a frame to one of many', async () => {
      await store.open(clientId, first('one', T));
      const takes = await Promise.all(Array.from({ length: 10 }, () => store.take(clientId, next(1, T + 1))));
      expect(takes.filter(({ taken }) => taken)).toHaveLength(1);
    });

    it('gives receive times that rise, however fast packets come and whatever clocks say', async () => {
      await store.open(clientId, { ...first('one', T), packets: 3 });
      expect(await store.take(clientId, next(1, T + 1, 5))).toEqual({ taken: true, firstAtMs: T + 3 });
      expect(await store.take(clientId, next(2, T - 100, 2))).toEqual({ taken: true, firstAtMs: T + 8 });
      expect(await store.take(clientId, next(3, T + 50, 0))).toEqual({ taken: true, firstAtMs: T + 50 });
      expect(await store.take(clientId, next(4, T + 50))).toEqual({ taken: true, firstAtMs: T + 50 });
    });

    it('takes no frame of a connection that is not there, has ended or was replaced', async () => {
      expect(await store.take(clientId, next(1, T + 1))).toEqual({ taken: false });
      await store.open(clientId, first('one', T));
      await store.close(clientId, { connectionId: 'one', reason: 'CONNECTION_LOST', atMs: T + 1 });
      expect(await store.take(clientId, next(1, T + 2))).toMatchObject({
        taken: false,
        current: { closed: { reason: 'CONNECTION_LOST', atMs: T + 1 } },
      });
      await store.open(clientId, first('two', T + 3));
      expect(await store.take(clientId, next(1, T + 4))).toMatchObject({ taken: false });
    });

    it('keeps the context of the connection, and of no other', async () => {
      await store.open(clientId, first('one', T));
      await store.keepContext(clientId, 'one', '{"a":1}');
      await store.keepContext(clientId, 'older', '{}');
      expect(await store.take(clientId, next(1, T + 1))).toMatchObject({ taken: true, context: '{"a":1}' });
      await store.open(clientId, first('two', T + 2));
      expect(await store.get(clientId)).not.toHaveProperty('context');
    });

    it('ends a connection once, by its name or by what it was carried on', async () => {
      await store.open(clientId, first('one', T));
      const end = { reason: 'CONNECTION_LOST', atMs: T + 5 };
      expect(await store.close(clientId, { ...end, connectionId: 'other' })).toMatchObject({ closed: false });
      expect(await store.close(clientId, { ...end, atMs: T - 1 })).toMatchObject({ closed: false });
      expect(await store.close(clientId, end)).toMatchObject({ closed: true, carriage: { closed: end } });
      expect(
        await store.close(clientId, { connectionId: 'one', reason: 'CLIENT_ERROR', atMs: T + 9 }),
      ).toMatchObject({ closed: false, current: { closed: end } });
      expect(await store.close(`${clientId} 2`, end)).toEqual({ closed: false });
    });
  });
}
