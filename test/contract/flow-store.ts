import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow } from '#session/flow/flow';
import { positionAt, positionOf } from '#session/position';
import type { FlowStore } from '#store/inflight/flows';

const NOW_MS = 1_795_000_000_000;

/** What every store of flows does. */
export function flowStoreContract(storeOf: () => FlowStore): void {
  describe('flow store', () => {
    let store: FlowStore;
    let clientId: string;
    beforeEach(() => {
      store = storeOf();
      clientId = `client ${randomUUID()}`;
    });

    const newFlow = (more: Partial<Flow> = {}): Flow => ({
      ...startFlow(clientId, '1:a', randomUUID(), positionAt(NOW_MS)),
      ...more,
    });

    async function written(flow: Flow, expectedRevision?: number): Promise<Flow> {
      const write = await store.write(flow, expectedRevision);
      if (!write.written) throw new Error(`Not written; there is ${JSON.stringify(write.current)}`);
      return write.flow;
    }

    it('knows none of a new client', async () => {
      expect(await store.get(clientId)).toBeUndefined();
    });

    it.each<[string, Partial<Flow>]>([
      ['nothing under way', {}],
      ['a connection that is no UUID', { connection: 'listener-1/ü 7' }],
      ['a cursor between two messages', { cursor: positionOf(NOW_MS + 1, 'a message') }],
      ['packet identifiers', { inbound: [65_535, 1, 256], lastPacketId: 65_535 }],
      ['messages delivered', { delivered: 4_000_000_000 }],
      ['more behind', { behind: true, resendFrom: 7 }],
      [
        'what gave way to limits',
        { limited: true, answered: 3, skip: { from: positionOf(NOW_MS, 'a'), upTo: positionAt(NOW_MS + 5) } },
      ],
      ['an answer that may be lost', { unconfirmedFrom: 7, inboundAtMs: NOW_MS + 3 }],
      [
        'messages ahead, near and far',
        {
          ahead: [1, 1, 127, 128, 16_384, 31_536_000_000].map((ms, index) =>
            positionOf(NOW_MS + ms, `message ${index}`),
          ),
        },
      ],
      [
        'messages sent, in every state, before and after the cursor',
        {
          outbound: [
            {
              packetId: 65_535,
              state: 'pubrel',
              qos: 2,
              log: 'a/+/ü#0',
              position: positionOf(NOW_MS - 31_536_000_000, 'old'),
              retain: false,
            },
            {
              packetId: 1,
              state: 'publish',
              qos: 1,
              log: `+client/x#0`,
              position: positionOf(NOW_MS + 5, 'new'),
              retain: true,
              subscriptionIdentifiers: [1, 268_435_455, 1],
            },
            {
              packetId: 128,
              state: 'publish',
              qos: 2,
              log: 'a/+/ü#0',
              position: positionOf(NOW_MS + 4, 'another'),
              retain: true,
            },
          ],
        },
      ],
    ])('gives a flow back as it was written: %s', async (_, more) => {
      const flow = newFlow(more);
      const stored = await written(flow);
      expect(stored).toStrictEqual({ ...flow, revision: expect.any(Number) });
      expect(await store.get(clientId)).toStrictEqual(stored);
    });

    it('raises the revision with every write', async () => {
      const first = await written(newFlow());
      const second = await written({ ...first, inbound: [1] }, first.revision);
      expect(second.revision).toBe(first.revision + 1);
      expect((await store.get(clientId))?.inbound).toEqual([1]);
    });

    it('says what is there when another write came first', async () => {
      const first = await written(newFlow());
      const second = await written({ ...first, inbound: [1] }, first.revision);
      const late = { ...first, inbound: [2] };
      expect(await store.write(late, first.revision)).toStrictEqual({ written: false, current: second });
      expect(await store.write(late, undefined)).toStrictEqual({ written: false, current: second });
    });

    it('says when there is none to be replaced', async () => {
      expect(await store.write(newFlow(), 7)).toStrictEqual({ written: false });
    });

    it('lets one of many rivals through, each time', async () => {
      const first = await written(newFlow());
      const writes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          store.write({ ...first, inbound: [index + 1] }, first.revision),
        ),
      );
      const winners = writes.filter((write) => write.written);
      expect(winners).toHaveLength(1);
      expect(await store.get(clientId)).toStrictEqual(winners[0]?.flow);
    });

    it('does not let a writer of an earlier life find its own revision again', async () => {
      const before = await written(newFlow());
      await store.remove(clientId, '1:a');
      const after = await written(newFlow({ incarnation: '2:b' }));
      expect(await store.write(before, before.revision)).toStrictEqual({ written: false, current: after });
    });

    it('goes on with the revisions when another life replaces the flow', async () => {
      const before = await written(newFlow());
      const after = await written(newFlow({ incarnation: '2:b' }), before.revision);
      expect(after.revision).toBe(before.revision + 1);
    });

    it('removes the flow of a life, and not that of another', async () => {
      await written(newFlow({ incarnation: '2:b' }));
      expect(await store.remove(clientId, '1:a')).toBe('kept');
      expect(await store.get(clientId)).toBeDefined();
      expect(await store.remove(clientId, '2:b')).toBe('removed');
      expect(await store.remove(clientId, '2:b')).toBe('removed');
      expect(await store.get(clientId)).toBeUndefined();
    });
  });
}
