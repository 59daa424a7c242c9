import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '#session/message';
import { LOG_START, positionAt, positionOf } from '#session/position';
import { createMessageLog } from '#store/messages/message-log';
import type { TableNames } from '#store/names';
import type { Item } from '#store/requests/request';
import { toItem } from '#store/routes/route-item';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { observed, type Units } from '../dynamodb/observed.ts';
import { startTables, type TestTables } from '../dynamodb/tables.ts';
import { exampleSession } from '../sessions/example-sessions.ts';

const NOW_MS = 1_795_000_000_000;
const clock = () => NOW_MS;

let tables: TestTables | undefined;
let client: DynamoDBDocumentClient;
let names: TableNames;
let unitsOf: (run: () => Promise<unknown>) => Promise<Units>;

beforeAll(async () => {
  tables = await startTables();
  client = tables.newClient();
  names = tables.names;
  unitsOf = observed(client);
});
afterAll(() => tables?.stop());

/** Table and index together, then the indexes alone. */
async function writesOf(run: () => Promise<unknown>): Promise<[number, number]> {
  const { writeUnits, indexUnits } = await unitsOf(run);
  return [writeUnits, indexUnits];
}

describe('what sessions cost', () => {
  const clientId = () => `durable-vehicle-${randomUUID()}`;

  it('one unit and one of each index for a new session of three connections', async () => {
    const store = createSessionStore(client, names.sessions);
    expect(await writesOf(() => store.write(exampleSession(clientId(), 3), undefined))).toEqual([3, 2]);
  });

  it('one unit for progress, with as many connections as are remembered, all caught up, and what came before', async () => {
    const store = createSessionStore(client, names.sessions);
    const base = exampleSession(`vehicle-${NOW_MS}`, 5);
    const { incarnation, startedAtMs, sessionExpiryInterval, owedFrom } = base;
    const connections = base.connections.map((connection, index) => {
      const from = positionAt(NOW_MS + index * 977);
      return {
        ...connection,
        caughtUpFrom: from,
        progress: { incarnation, from, at: positionAt(NOW_MS + 7) },
      };
    });
    const [connection] = connections;
    if (connection === undefined) throw new Error('no connection');
    const life = { incarnation, startedAtMs, sessionExpiryInterval, owedFrom, connection };
    const session = { ...base, connections, before: { ...life, sessionPresent: true, caughtUp: true } };
    await store.write(session, undefined);
    expect(await store.get(session.clientId)).toStrictEqual(session);
    const progressed = {
      ...session,
      revision: 2,
      delivered: 9,
      cursor: positionAt(NOW_MS),
      ipAddress: '10.0.0.1',
    };
    expect(await writesOf(() => store.write(progressed, 1))).toEqual([1, 0]);
  });

  it('one unit for a session of the packet edge with five connections, its will and one that is due', async () => {
    const store = createSessionStore(client, names.sessions);
    const { progress: _, stragglersFrom: __, ...base } = exampleSession(clientId(), 5);
    const connections = base.connections.map(
      ({ caughtUpFrom: _, brokerCleanSession: __, brokerSessionExpiry: ___, ...connection }, index) => ({
        ...connection,
        delivered: { incarnation: base.incarnation, messages: 1_234_567 + index },
      }),
    );
    const will = {
      connection: randomUUID(),
      delaySeconds: 300,
      position: positionOf(NOW_MS, 'will'),
    };
    const session = {
      ...base,
      connections,
      declarations: [{ atMs: NOW_MS, cleanStart: false, sessionExpiryInterval: 86_400 }],
      carrier: `https://sqs.eu-central-1.amazonaws.com/123456789012/mqtt-sessions-listener-${randomUUID()}`,
      will,
      dueWills: [{ ...will, connection: randomUUID(), atMs: NOW_MS }],
    };
    expect(await writesOf(() => store.write(session, undefined))).toEqual([3, 2]);
  });

  it('one unit and two of the index when the status changes', async () => {
    const store = createSessionStore(client, names.sessions);
    const session = exampleSession(clientId());
    await store.write(session, undefined);
    const { endsAtMs: _, ...connected } = session;
    const change = () => store.write({ ...connected, status: 'connected', revision: 2 }, 1);
    expect(await writesOf(change)).toEqual([3, 2]);
  });

  it('one read unit to get one', async () => {
    const store = createSessionStore(client, names.sessions);
    const session = exampleSession(clientId());
    await store.write(session, undefined);
    expect((await unitsOf(() => store.get(session.clientId))).readUnits).toBe(1);
  });
});

describe('what subscriptions cost', () => {
  it('is a write for each change, one more of an index when it comes or goes, and none for a duplicate', async () => {
    const store = createSubscriptionStore(client, names.subscriptions, { clock });
    const change = {
      clientId: randomUUID(),
      filter: `${randomUUID()}/+`,
      incarnation: '1:a',
      sessionIdentifier: 'a',
    };
    const apply = (kind: 'subscribed' | 'unsubscribed', atMs: number) => () =>
      store.apply({ ...change, kind, atMs });
    expect(await writesOf(apply('subscribed', 1)), 'subscribe').toEqual([2, 1]);
    expect(await writesOf(apply('subscribed', 1)), 'duplicate').toEqual([0, 0]);
    expect(await writesOf(apply('subscribed', 2)), 'subscribe again').toEqual([1, 0]);
    expect(await writesOf(() => store.setQoS(change.clientId, change.filter, '1:a', 1)), 'QoS').toEqual([
      1, 0,
    ]);
    expect((await unitsOf(() => store.hasSubscribers(change.filter))).readUnits, 'look').toBe(0.5);
    expect(await writesOf(apply('unsubscribed', 3)), 'unsubscribe').toEqual([2, 1]);
    expect((await unitsOf(() => store.list(change.clientId))).readUnits, 'list').toBe(1);
  });
});

describe('what routes cost', () => {
  it('five units for the first of a shape, one for the next, none for one that is there', async () => {
    const store = createRouteStore(client, names.routes, { clock });
    const prefix = `${randomUUID()}/only/shape/of/this/depth/+`;
    const ensure = (filter: string) => () => store.ensure({ filter, retainSeconds: 60, shards: 1 });
    // The first shape of a table begins the count of them.
    await store.ensureShape(`${prefix}/+`);
    // The route, and the shape and the count of shapes at double price, since it is a transaction.
    expect(await writesOf(ensure(`${prefix}/a`))).toEqual([5, 0]);
    expect(await writesOf(ensure(`${prefix}/b`))).toEqual([1, 0]);
    const again = await unitsOf(ensure(`${prefix}/b`));
    expect(again).toMatchObject({ writeUnits: 0, readUnits: 1 });
  });

  it('one unit for a member of a share group to come or go', async () => {
    const store = createShareGroupStore(client, names.routes);
    const filter = `$share/workers/${randomUUID()}`;
    expect(await writesOf(() => store.join(filter, 'a 1'))).toEqual([1, 0]);
    expect(await writesOf(() => store.join(filter, 'b 1'))).toEqual([1, 0]);
    expect(await writesOf(() => store.leave(filter, 'a 1', LOG_START))).toEqual([1, 0]);
  });
});

describe('what messages cost', () => {
  const message = (more: Partial<Message> = {}): Message => ({
    messageId: randomUUID(),
    topic: 'fleet/europe/vehicle-000017/telemetry/position',
    payload: new Uint8Array(512),
    qos: 1,
    publisher: 'vehicle-000017',
    receivedAtMs: NOW_MS,
    ...more,
  });

  it('one unit for 512 bytes with typical properties', async () => {
    const log = createMessageLog(client, names.messages, { settleSeconds: 4, clock });
    const properties = {
      messageExpiryInterval: 3_600,
      contentType: 'application/json',
      utf8Payload: true,
      userProperties: [{ name: 'trace-id', value: randomUUID() }],
    };
    const append = {
      filter: 'fleet/+/+/telemetry/#',
      shards: 1,
      retainSeconds: 60,
      message: message(properties),
    };
    expect(await writesOf(() => log.append(append))).toEqual([1, 0]);
  });

  it('at most 100 read units for 1,000 settled messages of 256 bytes, in pages of up to 1 MB', async () => {
    const filter = `${randomUUID()}/#`;
    const log = createMessageLog(client, names.messages, { settleSeconds: 4, clock });
    const append = { filter, shards: 1, retainSeconds: 60 };
    const payload = new Uint8Array(256);
    for (let index = 0; index < 20; index += 1) {
      const appends = Array.from({ length: 50 }, () =>
        log.append({ ...append, message: message({ payload }) }),
      );
      await Promise.all(appends);
    }
    const later = createMessageLog(client, names.messages, {
      settleSeconds: 4,
      clock: () => NOW_MS + 60_000,
    });
    let count = 0;
    const read = await unitsOf(async () => {
      const range = { filter, shards: 1, from: LOG_START, upTo: positionAt(NOW_MS + 50_000) };
      for await (const logged of later.read(range)) count += logged.payload.byteLength / 256;
    });
    expect(count).toBe(1_000);
    expect(read.readUnits).toBeLessThanOrEqual(100);
    expect(read.requests).toHaveLength(1);
  });
});

/** Straight into the table, since that many one by one would take minutes. */
async function putAll(items: readonly Item[]): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    const requests = items.slice(start, start + 25).map((item) => ({ PutRequest: { Item: { ...item } } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [names.routes]: requests } }));
  }
}

describe('what routing costs', () => {
  const shapes = ['d/A/B', 'd/A/+', 'd/+/B', '+/A/B', 'd/A/#', 'd/+/B/#', 'e/A/B/#', '+/+/B'];

  it('the same for a message, however many subscriptions of 8 shapes there are', async () => {
    const routes = createRouteStore(client, names.routes, { clock });
    const readUnits: number[] = [];
    let subscriptions = 0;
    for (const total of [1_000, 10_000]) {
      const filters = Array.from({ length: total - subscriptions }, (_, offset) => {
        const index = subscriptions + offset;
        const filter = shapes[index % shapes.length] ?? '';
        return filter.replace('A', `a${index}`).replace('B', `b${index}`);
      });
      for (const filter of filters.slice(0, 8)) await routes.ensure({ filter, retainSeconds: 60, shards: 1 });
      await putAll(filters.map((filter) => toItem({ filter, retainSeconds: 60, shards: 1 })));
      subscriptions = total;
      const router = createRouter(routes, { clock });
      const found = await router.route('d/a0/b0');
      expect(found.map(({ filter }) => filter)).toEqual(['d/a0/b0']);
      // The shapes are known now: this is what one more message costs.
      const { readUnits: units, requests } = await unitsOf(() => router.route('d/a1/b1'));
      expect(requests).toHaveLength(1);
      readUnits.push(units);
    }
    expect(readUnits[0]).toBe(readUnits[1]);
    expect(readUnits[0]).toBeLessThanOrEqual(4);
  }, 60_000);
});
