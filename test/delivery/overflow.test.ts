import { describe, expect, it } from 'vitest';
import type { SessionPolicy } from '#session/configuration/policy';
import { ReturnedClient } from './returned-client.ts';

const MESSAGE_BYTES = 11;

async function overflowing(policy: Partial<SessionPolicy>, count: number) {
  const client = await ReturnedClient.create(['a'], { policy });
  const ids = Array.from({ length: count }, () => client.log({ topic: 'a', filters: ['a'] }));
  await client.return();
  return { client, ids };
}

describe('more messages waiting than the policy allows', () => {
  it.each([
    ['the oldest', 'drop-oldest', 'messages', { maximumPendingMessages: 4 }, [6, 10], 'overflowMessages'],
    ['the newest', 'drop-newest', 'messages', { maximumPendingMessages: 4 }, [0, 4], 'overflowMessages'],
    [
      'the oldest',
      'drop-oldest',
      'bytes',
      { maximumPendingBytes: 4 * MESSAGE_BYTES },
      [6, 10],
      'overflowBytes',
    ],
    [
      'the newest',
      'drop-newest',
      'bytes',
      { maximumPendingBytes: 4 * MESSAGE_BYTES },
      [0, 4],
      'overflowBytes',
    ],
  ] as const)('lets %s give way (%s by %s)', async (_which, overflow, _by, limits, kept, reason) => {
    const { client, ids } = await overflowing({ overflow, ...limits }, 10);
    await client.run();
    expect(client.received).toEqual(ids.slice(...kept));
    expect(client.session?.drops).toEqual({ [reason]: 6 });
    expect(client.session?.lastDrops).toHaveLength(3);
    expect(client.session?.lastDrops).toMatchObject([{ reason, topic: 'a' }, { reason }, { reason }]);
    await client.run();
    expect(client.session?.drops).toEqual({ [reason]: 6 });
    expect(client.received).toHaveLength(4);
  });

  it('counts no message that has expired, or is not to wait', async () => {
    const client = await ReturnedClient.create(['a'], { policy: { maximumPendingMessages: 2 } });
    client.log({ topic: 'a', filters: ['a'], more: { messageExpiryInterval: 1 } });
    client.log({ topic: 'a', filters: ['a'], more: { qos: 0 } });
    const kept = [client.log({ topic: 'a', filters: ['a'] }), client.log({ topic: 'a', filters: ['a'] })];
    await client.return();
    await client.run();
    expect(client.received).toEqual(kept);
    expect(client.session?.drops).toEqual({ expired: 1 });
  });

  it('reads again what is too much to be held in memory', async () => {
    const client = await ReturnedClient.create(['a'], { policy: { maximumPendingMessages: 15 } });
    const payload = new Uint8Array(1024 * 1024);
    const ids = Array.from({ length: 20 }, () =>
      client.log({ topic: 'a', filters: ['a'], more: { payload } }),
    );
    await client.return();
    await client.run();
    expect(client.received).toEqual(ids.slice(5));
  });

  it.each([
    ['drop-oldest', [8, 12]],
    ['drop-newest', [0, 4]],
  ] as const)('counts what has not settled yet when the client returns (%s)', async (overflow, kept) => {
    const client = await ReturnedClient.create(['a'], { policy: { overflow, maximumPendingMessages: 4 } });
    const log = () => client.log({ topic: 'a', filters: ['a'] });
    const settled = Array.from({ length: 6 }, log);
    await client.time.run(client.time.nowMs + client.settings.settleSeconds * 1000);
    const young = Array.from({ length: 6 }, log);
    client.areRunsRequested = false;
    client.time.nowMs += 1;
    client.connect([]);
    await client.time.run(client.time.nowMs + 500);
    await client.run();
    await client.time.run(client.time.nowMs + client.settings.settleSeconds * 1000);
    await client.run();
    expect(client.received).toEqual([...settled, ...young].slice(...kept));
    expect(client.session?.drops).toEqual({ overflowMessages: 8 });
  });

  it('is found even if the first run dies while it counts', async () => {
    const { client, ids } = await overflowing({ maximumPendingMessages: 4 }, 10);
    const { read } = client.stores.log;
    client.stores.log.read = async function* dying(range) {
      let count = 0;
      for await (const message of read(range)) {
        count += 1;
        if (count === 5) throw new Error('the table is gone');
        yield message;
      }
    };
    await expect(client.run()).rejects.toThrow('the table is gone');
    client.stores.log.read = read;
    await client.time.run(client.time.nowMs + 40_000);
    await client.run();
    expect(client.received).toEqual(ids.slice(6));
    expect(client.session?.drops).toEqual({ overflowMessages: 6 });
  });
});
