import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#history/entry';
import { createHistoryStore, type HistoryStore } from '#store/history/history';
import { entryKey } from '#store/history/history-item';
import { observed } from '../dynamodb/observed.ts';
import { startTables, type TestTables } from '../dynamodb/tables.ts';

const NOW_MS = 1_795_000_000_400;
const RETENTION_SECONDS = 3_600;
const began = { incarnation: '1:a', sessionPresent: false, sessionExpiryInterval: 60 } as const;

let tables: TestTables;
let client: DynamoDBDocumentClient;
let store: HistoryStore;
let clientId: string;

beforeAll(async () => {
  tables = await startTables();
  client = tables.newClient();
  store = createHistoryStore(client, tables.names.history, { retentionSeconds: RETENTION_SECONDS });
});
beforeEach(() => {
  clientId = `durable-vehicle/${randomUUID()}`;
});
afterAll(() => tables.stop());

const started = (more: Partial<HistoryEntry> = {}): HistoryEntry =>
  ({ clientId, atMs: NOW_MS, id: 'a', type: 'started', ...began, ...more }) as HistoryEntry;

const typesOf = (entries: readonly HistoryEntry[]) => entries.map(({ type }) => type);

describe('the history of a client', () => {
  it('is listed newest first, a page at a time, whole and alone', async () => {
    await store.append([started({ clientId: `${clientId}x` })]);
    const entries = Array.from({ length: 60 }, (_, index) => started({ atMs: NOW_MS + index }));
    await store.append(entries);
    const first = await store.list(clientId, { limit: 40 });
    expect(first.entries).toEqual(entries.slice(20).reverse());
    const { nextKey: startKey } = first;
    if (startKey === undefined) throw new Error('There is a next page');
    const second = await store.list(clientId, { limit: 40, startKey });
    expect(second).toEqual({ entries: entries.slice(0, 20).reverse() });
  });

  it('holds an entry once, however often it is written', async () => {
    await store.append([started()]);
    await store.append([started(), started()]);
    expect((await store.list(clientId, { limit: 10 })).entries).toEqual([started()]);
  });

  it('tells apart what happens to different connections at the same time', async () => {
    await store.append([started(), started({ id: 'b' })]);
    expect((await store.list(clientId, { limit: 10 })).entries).toHaveLength(2);
  });

  it('has what happens at one time in the order in which it follows', async () => {
    const at = { clientId, atMs: NOW_MS, id: 'a', incarnation: '1:a' } as const;
    await store.append([
      { ...at, type: 'ended', id: 'b', reason: 'disconnected' },
      { ...at, type: 'disconnected' },
      started(),
      { ...at, type: 'ended', reason: 'takenOver', byNext: true },
    ]);
    const { entries } = await store.list(clientId, { limit: 10 });
    expect(entries.toReversed()).toMatchObject([
      { type: 'ended', reason: 'takenOver' },
      { type: 'started' },
      { type: 'disconnected' },
      { type: 'ended', reason: 'disconnected' },
    ]);
  });

  it('loses what turned out to be otherwise, and what takes its place stays', async () => {
    const resumed = started({ type: 'resumed' });
    await store.append([started()]);
    await store.apply([{ entries: [resumed, started()], retracted: [started(), started({ atMs: 1 })] }]);
    expect(typesOf((await store.list(clientId, { limit: 10 })).entries)).toEqual(['started', 'resumed']);
    await store.apply([{ entries: [], retracted: [started()] }]);
    expect(typesOf((await store.list(clientId, { limit: 10 })).entries)).toEqual(['resumed']);
    await store.apply([
      { entries: [started()], retracted: [resumed] },
      { entries: [resumed], retracted: [started()] },
    ]);
    expect(typesOf((await store.list(clientId, { limit: 10 })).entries)).toEqual(['resumed']);
  });

  it('joins what two functions tell of one expiry, in either order', async () => {
    const expired = { clientId, atMs: NOW_MS, id: 'a', type: 'expired', incarnation: '1:a' } as const;
    const told = { ...expired, sessionExpiryInterval: 60 };
    const counted = { ...told, lostMessages: 7 };
    await store.append([told]);
    await store.append([counted]);
    expect((await store.list(clientId, { limit: 10 })).entries).toEqual([counted]);
    await store.append([told]);
    expect((await store.list(clientId, { limit: 10 })).entries).toEqual([counted]);
  });

  it('is removed by TTL when its time has passed', async () => {
    await store.append([started(), started({ type: 'expired', id: 'b' })]);
    for (const entry of [started(), started({ type: 'expired', id: 'b' })]) {
      const get = new GetCommand({ TableName: tables.names.history, Key: { ...entryKey(entry) } });
      expect((await client.send(get)).Item).toMatchObject({
        expiresAt: Math.ceil(NOW_MS / 1000) + RETENTION_SECONDS,
      });
    }
  });

  it('costs one write unit an entry', async () => {
    const own = tables.newClient();
    const unitsOf = observed(own);
    const observedStore = createHistoryStore(own, tables.names.history, { retentionSeconds: 60 });
    const principal = 'f2b0c8a1e4d94f7a8c6b5d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a';
    const { writeUnits } = await unitsOf(() =>
      observedStore.append([
        started({ ipAddress: '2001:db8:85a3:8d3:1319:8a2e:370:7348', principal } as Partial<HistoryEntry>),
        started({ type: 'disconnected', id: 'b' }),
      ]),
    );
    expect(writeUnits).toBe(2);
  });

  it('asks again for what DynamoDB was too busy to write, and says so when it stays busy', async () => {
    const own = tables.newClient();
    const busy = mockClient(own);
    const unprocessed = (count: number) => (input: { RequestItems?: Record<string, unknown[]> }) => ({
      UnprocessedItems: {
        [tables.names.history]: Object.values(input.RequestItems ?? {})
          .flat()
          .slice(0, count),
      },
    });
    busy.on(BatchWriteCommand).callsFakeOnce(unprocessed(1)).resolves({});
    const busyStore = createHistoryStore(own, tables.names.history, { retentionSeconds: 60 });
    await busyStore.append([started(), started({ id: 'b' })]);
    const sizes = busy
      .commandCalls(BatchWriteCommand)
      .map(({ args }) => Object.values(args[0].input.RequestItems ?? {})[0]?.length);
    expect(sizes).toEqual([2, 1]);
    busy.on(BatchWriteCommand).callsFake(unprocessed(1));
    await expect(busyStore.append([started()])).rejects.toThrow('too busy 6 times');
    busy.restore();
  });
});
