import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Flow, type Outbound, startFlow } from '#session/flow/flow';
import { positionAt, positionOf } from '#session/position';
import { createAcceptance } from '#store/acceptance';
import { toItem } from '#store/flow-item';
import { createFlowStore } from '#store/flows';
import type { TableNames } from '#store/names';
import type { Item } from '#store/request';
import { createRetainedMessages } from '#store/retained-messages';
import { createRouter } from '#store/router';
import { createRouteStore } from '#store/routes';
import { createSessionStore } from '#store/sessions';
import { exampleSession } from './example-sessions.ts';
import { observed, type Units } from './observed.ts';
import { startTables, type TestTables } from './tables.ts';

const NOW_MS = 1_795_000_000_000;
const clock = () => NOW_MS;
const UNIT_BYTES = 1_024;
/** A write in a transaction is two units for each KB, one to prepare it and one to commit it; DynamoDB Local says four. */
const OVERSTATED_BY_LOCAL = 2;

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

/** As DynamoDB counts: names and values in UTF-8; a number takes a byte for two digits, and one. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, each) => sum + 1 + bytesOf(each), 0);
  return 1;
}

const sizeOf = (item: Item) =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);

function flowWith(outbound: number, ahead: number, inbound = 0, logs = 1): Flow {
  const entries = Array.from({ length: outbound }, (_, index): Outbound => {
    return {
      packetId: index + 1,
      state: 'publish',
      qos: 2,
      log: `fleet/+/vehicle-${String(index % logs).padStart(6, '0')}/telemetry/#0`,
      position: positionOf(NOW_MS + index * 50, `sent ${index}`),
      retain: false,
      subscriptionIdentifiers: [17],
    };
  });
  const incarnation = `17:${randomUUID()}`;
  return {
    ...startFlow(`durable-vehicle-${randomUUID()}`, incarnation, randomUUID(), positionAt(NOW_MS)),
    ahead: Array.from({ length: ahead }, (_, index) => positionOf(NOW_MS + index * 40, `taken ${index}`)),
    outbound: entries,
    inbound: Array.from({ length: inbound }, (_, index) => 65_535 - index),
    lastPacketId: outbound,
  };
}

describe('what a flow takes', () => {
  it.each([
    ['nothing under way', flowWith(0, 0), 300],
    ['a message sent, some ahead and one received', flowWith(1, 10, 1), 512],
    ['eight messages sent and as many received, forty ahead', flowWith(8, 40, 8), UNIT_BYTES],
    ['a full window in one log, 200 ahead', flowWith(64, 200, 64), 4 * UNIT_BYTES],
    ['a full window in 64 logs, 200 ahead', flowWith(64, 200, 64, 64), 8 * UNIT_BYTES],
  ])('%s', (_, flow, most) => {
    expect(sizeOf(toItem(flow))).toBeLessThanOrEqual(most);
  });

  it('one write unit a step of a handshake, one read unit to look', async () => {
    const store = createFlowStore(client, names.inflight);
    const write = await store.write(flowWith(8, 40, 8), undefined);
    if (!write.written) throw new Error('not written');
    const { flow } = write;
    const step = await unitsOf(() => store.write({ ...flow, inbound: [] }, flow.revision));
    expect(step.writeUnits).toBe(1);
    expect((await unitsOf(() => store.get(flow.clientId))).readUnits).toBe(1);
  });
});

describe('what the packet edge costs', () => {
  it('four write units to take a QoS 2 message over: two for the message, two for the flow', async () => {
    const acceptance = createAcceptance(client, names, { settleSeconds: 4, clock });
    const message = {
      messageId: `${randomUUID()}:${NOW_MS}`,
      topic: 'fleet/europe/vehicle-000017/telemetry/position',
      payload: new Uint8Array(512),
      qos: 2 as const,
      publisher: 'vehicle-000017',
      receivedAtMs: NOW_MS,
    };
    const append = { filter: 'fleet/+/+/telemetry/#', shards: 1, retainSeconds: 60, message };
    const accept = { appends: [append], flow: flowWith(1, 10, 1), expectedRevision: undefined };
    const { writeUnits, requests } = await unitsOf(() => acceptance.accept(accept));
    expect(requests.map(({ table }) => table).sort()).toEqual([names.inflight, names.messages]);
    expect(writeUnits / OVERSTATED_BY_LOCAL).toBe(4);
  });

  it('one read unit for each session, and for the shapes and each route, when it has to be sure', async () => {
    const sessions = createSessionStore(client, names.sessions);
    const clientIds = Array.from({ length: 3 }, () => randomUUID());
    for (const clientId of clientIds) await sessions.write(exampleSession(clientId), undefined);
    expect((await unitsOf(() => sessions.getMany(clientIds))).readUnits).toBe(3);
    const routes = createRouteStore(client, names.routes, { clock });
    const first = randomUUID();
    await routes.ensure({ filter: `${first}/+`, retainSeconds: 60, shards: 1, signals: true });
    const router = createRouter(routes, { clock, cacheMs: 0, consistent: true });
    expect((await unitsOf(() => router.route(`${first}/a`))).readUnits).toBe(2);
  });

  it('one write and one read unit to retain a message, once its first level is known', async () => {
    const retained = createRetainedMessages(client, names.messages, { clock });
    const first = randomUUID();
    const message = {
      messageId: 'one',
      topic: `${first}/a`,
      payload: new Uint8Array(512),
      qos: 1 as const,
      receivedAtMs: NOW_MS,
    };
    expect((await unitsOf(() => retained.set(message))).writeUnits).toBe(2);
    expect(await unitsOf(() => retained.set(message))).toMatchObject({ writeUnits: 1, readUnits: 1 });
    expect(await unitsOf(() => retained.remove(message.topic, NOW_MS))).toMatchObject({
      writeUnits: 1,
      readUnits: 0,
    });
  });
});
