import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOLLOW_BROKER } from '#session/configuration/policy';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { type Flow, type Outbound, startFlow } from '#session/flow/flow';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import { type SessionEvent, transition } from '#session/life/transition';
import { positionAt, positionOf } from '#session/position';
import type { Session } from '#session/session';
import { toItem } from '#store/inflight/flow-item';
import { createFlowStore } from '#store/inflight/flows';
import type { TableNames } from '#store/names';
import type { Item } from '#store/requests/request';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createAcceptance } from '#store/transactions/acceptance';
import { observed, type Units } from '../dynamodb/observed.ts';
import { startTables, type TestTables } from '../dynamodb/tables.ts';
import { exampleSession } from '../sessions/example-sessions.ts';

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
    delivered: 1_234_567,
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

/** The writes of a client that connects and disconnects so often, each with what its packets declare. */
function* sessionsOf(clientId: string, connections: number): Generator<Session> {
  const policy = { ...FOLLOW_BROKER, clients: '*', sessionExpiryInterval: 'client' as const };
  const rules = { policy, settings: DEFAULT_SETTINGS };
  let session: Session | undefined;
  for (let versionNumber = 1; versionNumber <= connections; versionNumber += 1) {
    const sessionIdentifier = randomUUID();
    const connectedAtMs = NOW_MS + versionNumber * 3_661_937;
    const disconnectedAtMs = connectedAtMs + 1_837_211;
    const connect: SessionEvent = {
      kind: 'connection',
      connection: {
        sessionIdentifier,
        versionNumber,
        connectedAtMs,
        seenAtMs: connectedAtMs,
        keepAliveSeconds: 60,
      },
      declaration: { atMs: connectedAtMs, cleanStart: false, sessionExpiryInterval: 86_400 },
      carrier: `https://sqs.eu-west-1.amazonaws.com/123456789012/mqtt-sessions-${sessionIdentifier}`,
      ipAddress: '192.168.100.17',
      principal: 'f2b0c8a1e4d94f7a8c6b5d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a',
    };
    const end: SessionEvent = {
      kind: 'connection',
      connection: {
        sessionIdentifier,
        seenAtMs: disconnectedAtMs,
        disconnectedAtMs,
        disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
        ...(session !== undefined && {
          delivered: { incarnation: session.incarnation, messages: 1_234_567 + versionNumber },
        }),
      },
      declaration: { atMs: disconnectedAtMs, sessionExpiryInterval: 3_600 },
    };
    for (const event of [connect, end]) {
      const next = transition(clientId, session, event, rules, disconnectedAtMs);
      if (!next.isChange) throw new Error(`Nothing changed: ${next.outcome}`);
      session = next.session;
      yield session;
    }
  }
}

describe('what the packet edge costs', () => {
  it('one write unit and two of the index for a CONNECT or DISCONNECT, with all that is remembered', async () => {
    const store = createSessionStore(client, names.sessions);
    const units: number[] = [];
    let revision: number | undefined;
    for (const session of sessionsOf(`vehicle-${NOW_MS}`, REMEMBERED_CONNECTIONS + 3)) {
      const write = await unitsOf(() => store.write(session, revision));
      units.push(write.writeUnits - write.indexUnits);
      expect(await store.get(session.clientId)).toStrictEqual(session);
      revision = session.revision;
    }
    expect(Math.max(...units)).toBe(1);
  });

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
