import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableNames } from '#store/names';
import { clientPage } from '#store/sessions/client-pages';
import { createSessionStore } from '#store/sessions/sessions';
import { createTakeoverStore } from '#store/statistics/takeovers';
import { startTables, type TestTables } from './dynamodb/tables.ts';
import { exampleSession } from './sessions/example-sessions.ts';

const NOW_MS = 1_795_000_000_000;
const MINUTE_MS = 60_000;

let tables: TestTables;
let client: DynamoDBDocumentClient;
let names: TableNames;
beforeAll(async () => {
  tables = await startTables();
  client = tables.newClient();
  names = tables.names;
});
afterAll(() => tables.stop());

describe('the list of all clients', () => {
  it('has each in one of its parts, in order, a page at a time', async () => {
    const store = createSessionStore(client, names.sessions);
    const clientIds = Array.from({ length: 30 }, (_, index) => `durable/${String(index).padStart(2, '0')}`);
    await Promise.all(clientIds.map((clientId) => store.write(exampleSession(clientId, 1), undefined)));
    const found: string[] = [];
    for (let shard = 0; shard < 8; shard += 1) {
      const ofShard: string[] = [];
      for (let isLast = false; !isLast; ) {
        const after = ofShard.at(-1);
        const page = await clientPage(client, names.sessions, {
          shard,
          limit: 2,
          ...(after !== undefined && { after }),
        });
        expect(page.clientIds.length).toBeLessThanOrEqual(2);
        ofShard.push(...page.clientIds);
        isLast = page.isLast;
      }
      expect(ofShard).toEqual(ofShard.toSorted());
      found.push(...ofShard);
    }
    expect(found.toSorted()).toEqual(clientIds);
  });
});

describe('who was taken over', () => {
  it('is each noted once, newest minutes first, and forgotten after a while', async () => {
    const store = createTakeoverStore(client, names.statistics);
    await store.noteTakeovers(['old'], NOW_MS - 10 * MINUTE_MS);
    await store.noteTakeovers(['a', 'b'], NOW_MS - 2 * MINUTE_MS);
    await store.noteTakeovers(['a', 'c'], NOW_MS);
    await store.noteTakeovers(['a', 'c'], NOW_MS);
    await store.noteTakeovers([], NOW_MS);
    const found = await store.takenOver(NOW_MS - 5 * MINUTE_MS);
    expect(found.slice(0, 2).toSorted()).toEqual(['a', 'c']);
    expect(found.slice(2)).toEqual(['b']);
  });

  it('is no more than a few of a minute, however many they are', async () => {
    const store = createTakeoverStore(client, names.statistics);
    const atMs = NOW_MS + 100 * MINUTE_MS;
    const many = (from: number) => Array.from({ length: 40 }, (_, index) => `vehicle-${from + index}`);
    await store.noteTakeovers(many(0), atMs);
    await store.noteTakeovers(many(40), atMs);
    await store.noteTakeovers(many(80), atMs);
    const found = await store.takenOver(atMs);
    expect(found.length).toBe(80);
  });
});
