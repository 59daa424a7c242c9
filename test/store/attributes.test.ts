import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFlow } from '#session/flow/flow';
import { positionAt, positionOf } from '#session/position';
import { createFlowStore } from '#store/inflight/flows';
import { createMessageLog } from '#store/messages/message-log';
import type { TableNames } from '#store/names';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createRouteStore } from '#store/routes/routes';
import { sortableSeconds, toItem } from '#store/sessions/session-item';
import { createSessionStore, fromImage, type StreamImage } from '#store/sessions/sessions';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { CLIENT_SHARDS, STATUS_INDEX } from '#store/table-definitions';
import { startTables, type TestTables } from './dynamodb/tables.ts';
import { exampleConnection, exampleSession } from './sessions/example-sessions.ts';

const NOW_MS = 1_795_000_000_400;
const NOW_SECONDS_ROUNDED_UP = 1_795_000_001;
const clock = () => NOW_MS;

let tables: TestTables | undefined;
let client: DynamoDBDocumentClient;
let names: TableNames;

beforeAll(async () => {
  tables = await startTables();
  client = tables.newClient();
  names = tables.names;
});
afterAll(() => tables?.stop());

async function itemOf(table: string, key: Record<string, string>) {
  return (await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
}

describe('attributes that others than the store look at', () => {
  it('lets TTL remove a session when it has ended, not a moment before', async () => {
    const session = exampleSession(randomUUID(), 1, { endsAtMs: NOW_MS });
    await createSessionStore(client, names.sessions).write(session, undefined);
    const item = await itemOf(names.sessions, { clientId: session.clientId });
    expect(item).toMatchObject({ expiresAt: NOW_SECONDS_ROUNDED_UP });
    expect(item?.['statusOrder']).toMatch(new RegExp(`^${sortableSeconds(NOW_SECONDS_ROUNDED_UP)}`));
  });

  it.each([
    ['connected', { status: 'connected' }, Math.floor((exampleConnection(1).connectedAtMs ?? 0) / 1000)],
    ['disconnected for good', { status: 'disconnected' }, 4_294_967_295],
  ] as const)('never lets TTL remove a session that is %s', async (_, more, statusOrder) => {
    const { endsAtMs: __, ...endless } = exampleSession(randomUUID(), 1, more);
    await createSessionStore(client, names.sessions).write(endless, undefined);
    const item = await itemOf(names.sessions, { clientId: endless.clientId });
    expect(item).toMatchObject({ status: more.status });
    expect(item?.['statusOrder']).toMatch(new RegExp(`^${sortableSeconds(statusOrder)}`));
    expect(item).not.toHaveProperty('expiresAt');
  });

  it('says which life has ended, for the filter of the stream', () => {
    const session = exampleSession('a', 1, { endedIncarnation: '1:a', endReason: 'expired' });
    expect(marshall(toItem(session))).toMatchObject({ endedIncarnation: { S: '1:a' } });
    expect(marshall(toItem(exampleSession('a')))).not.toHaveProperty('endedIncarnation');
  });

  it('lists the sessions of a status in order', async () => {
    const sessions = [3, 1, 2].map((second) =>
      exampleSession(randomUUID(), 1, { status: 'ended', endsAtMs: NOW_MS + second * 1_000 }),
    );
    for (const session of sessions)
      await createSessionStore(client, names.sessions).write(session, undefined);
    const shards = Array.from({ length: CLIENT_SHARDS }, (_, shard) => `ended#${shard}`);
    const orders: number[] = [];
    for (const shard of shards) {
      const query = new QueryCommand({
        TableName: names.sessions,
        IndexName: STATUS_INDEX.indexName,
        KeyConditionExpression: 'statusShard = :shard',
        ExpressionAttributeValues: { ':shard': shard },
      });
      orders.push(
        ...((await client.send(query)).Items ?? []).map((item) =>
          Number.parseInt(item['statusOrder'].slice(0, 7), 36),
        ),
      );
    }
    const expected = [1, 2, 3].map((second) => NOW_SECONDS_ROUNDED_UP + second);
    expect(orders.sort()).toEqual(expected);
  });

  it('reads a session from the record of a stream, as Lambda hands it over', () => {
    const session = exampleSession('client/ü', 4);
    const image = JSON.parse(JSON.stringify(marshall(toItem(session), { removeUndefinedValues: true })));
    expect(fromImage(image as StreamImage)).toStrictEqual(session);
  });

  it('remembers an unsubscribe for six hours, outside the index', async () => {
    const store = createSubscriptionStore(client, names.subscriptions, { clock });
    const change = {
      clientId: randomUUID(),
      filter: '$share/g/a/+',
      incarnation: '1:a',
      sessionIdentifier: 'a',
    };
    const key = { clientId: change.clientId, filter: change.filter };
    await store.apply({ ...change, kind: 'subscribed', atMs: 1 });
    const subscribed = await itemOf(names.subscriptions, key);
    expect(subscribed).toMatchObject({ routedFilter: 'a/+' });
    expect(subscribed).not.toHaveProperty('expiresAt');
    await store.apply({ ...change, kind: 'unsubscribed', atMs: 2 });
    const unsubscribed = await itemOf(names.subscriptions, key);
    expect(unsubscribed).toMatchObject({ expiresAt: NOW_SECONDS_ROUNDED_UP + 21_600 });
    expect(unsubscribed).not.toHaveProperty('routedFilter');
  });

  it('keeps a message for as long as its route says, whatever its own expiry', async () => {
    const filter = `${randomUUID()}/#`;
    const message = {
      messageId: 'one',
      topic: 'a',
      payload: new Uint8Array(),
      qos: 1 as const,
      receivedAtMs: NOW_MS,
      messageExpiryInterval: 5,
    };
    const log = createMessageLog(client, names.messages, { settleSeconds: 4, clock });
    await log.append({ filter, shards: 1, retainSeconds: 60, message });
    const item = await itemOf(names.messages, { log: `${filter}#0`, position: positionOf(NOW_MS, 'one') });
    expect(item).toMatchObject({ expiresAt: NOW_SECONDS_ROUNDED_UP + 60 });
  });

  it('never lets TTL remove a flow, since its client may be silent for months', async () => {
    const flow = startFlow(randomUUID(), '1:a', randomUUID(), positionAt(NOW_MS));
    await createFlowStore(client, names.inflight).write(flow, undefined);
    const item = await itemOf(names.inflight, { clientId: flow.clientId });
    expect(item).toMatchObject({ incarnation: '1:a' });
    expect(item).not.toHaveProperty('expiresAt');
  });

  it('keeps a retained message until it expires, and the memory that there is none for an hour', async () => {
    const store = createRetainedMessages(client, names.messages, { clock });
    const first = randomUUID();
    const message = { messageId: 'one', payload: new Uint8Array(), qos: 1 as const, receivedAtMs: NOW_MS };
    await store.set({ ...message, topic: `${first}/for good` });
    await store.set({ ...message, topic: `${first}/for now`, messageExpiryInterval: 5 });
    await store.remove(`${first}/gone`, NOW_MS);
    const retained = (topic: string) =>
      itemOf(names.messages, { log: `${first}#retained`, position: `${first}/${topic}` });
    expect(await retained('for good')).not.toHaveProperty('expiresAt');
    expect(await retained('for now')).toMatchObject({ expiresAt: NOW_SECONDS_ROUNDED_UP + 5 });
    expect(await retained('gone')).toMatchObject({ expiresAt: NOW_SECONDS_ROUNDED_UP + 3_600 });
  });

  it('marks a route for TTL', async () => {
    const filter = `${randomUUID()}/#`;
    const store = createRouteStore(client, names.routes, { clock });
    await store.ensure({ filter, retainSeconds: 60, shards: 1 });
    await store.markUnused(filter, 77);
    expect(await itemOf(names.routes, { kind: 'filter', value: filter })).toMatchObject({ expiresAt: 77 });
  });
});
