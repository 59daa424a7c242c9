import { beforeEach, describe, expect, it } from 'vitest';
import { takeOverDelivered } from '#edge/session-end/take-over-delivered';
import { checkListener, heartbeat } from '#packet-edge/connections/listeners';
import { enterMessage } from '#packet-edge/enter-message';
import { deliveredInAll } from '#session/delivery/delivered-in-all';
import type { QoS } from '#session/message';
import { useTables } from '#test/store/dynamodb/started-tables';
import { WillClient, type WillConnection } from './clients/will-client.ts';
import { packetEdge, type TestEdge } from './dependencies.ts';

const SECOND = 1_000;
const T = 1_795_000_000_000;
const tables = useTables();

let nowMs = T;
let edge: TestEdge;
let client: WillClient;

beforeEach(() => {
  nowMs = T;
  edge = packetEdge(tables(), { clock: () => nowMs });
  client = new WillClient(edge);
});

const subscription = () => ({ topic: `${client.filter}/+`, qos: 2 as const });

async function subscribed(): Promise<WillConnection> {
  const connection = await client.connect(T, {});
  await connection.subscribe(T, subscription());
  return connection;
}

function connectAgain(asked: Parameters<WillClient['connect']>[1]): Promise<WillConnection> {
  nowMs += SECOND;
  return client.connect(nowMs, asked);
}

/** Publishes one message of each QoS given, and has the connection look. */
async function send(connection: WillConnection, ...qos: readonly QoS[]): Promise<void> {
  for (const each of qos) {
    nowMs += SECOND;
    const topic = `${client.filter}/a`;
    const message = { messageId: `${nowMs}`, topic, payload: Buffer.from('a'), qos: each };
    await enterMessage({ ...message, receivedAtMs: nowMs }, edge);
  }
  await connection.look();
}

const flow = () => edge.flows.get(client.clientId);

/** What operators see: the session as it is stored, and with its flow. */
async function seen(): Promise<readonly [number, number]> {
  const session = await client.session();
  return [session.delivered, deliveredInAll(session, await flow())];
}

describe('a message of the packet edge counts as delivered', () => {
  it('with PUBACK, with PUBCOMP, or of QoS 0 when it is sent', async () => {
    const connection = await subscribed();
    await send(connection, 0, 1, 2);
    expect(await seen()).toEqual([0, 1]);
    await connection.acknowledge(nowMs, 'puback', 1);
    expect(await seen()).toEqual([0, 2]);
    await connection.acknowledge(nowMs, 'pubrec', 2);
    expect(await seen()).toEqual([0, 2]);
    await connection.acknowledge(nowMs, 'pubcomp', 2);
    expect(await seen()).toEqual([0, 3]);
  });

  it('once, however often its acknowledgement comes', async () => {
    const connection = await subscribed();
    await send(connection, 1);
    for (const _ of [1, 2]) await connection.acknowledge(nowMs, 'puback', 1);
    expect(await seen()).toEqual([0, 1]);
  });

  it('once, also where it is sent again', async () => {
    await send(await subscribed(), 1);
    const second = await connectAgain({});
    await second.acknowledge(nowMs, 'puback', 1);
    expect(await seen()).toEqual([0, 1]);
  });
});

describe('what the packet edge has delivered is on the session', () => {
  it.each(['CONNECTION_LOST', 'MQTT_KEEP_ALIVE_TIMEOUT'] as const)('after %s, told twice', async (reason) => {
    const connection = await subscribed();
    await send(connection, 1, 1, 1);
    for (const packetId of [1, 2]) await connection.acknowledge(nowMs, 'puback', packetId);
    for (const _ of [1, 2]) await connection.lose(nowMs, reason);
    expect(await seen()).toEqual([2, 2]);
  });

  it('after DISCONNECT, with what was acknowledged in the same request', async () => {
    const connection = await subscribed();
    await send(connection, 1);
    await connection.sendAll(nowMs, [
      { cmd: 'puback', messageId: 1, reasonCode: 0 },
      { cmd: 'disconnect', reasonCode: 0 },
    ]);
    expect(await seen()).toEqual([1, 1]);
  });

  it('after each of its connections, of one life', async () => {
    const first = await subscribed();
    await send(first, 1);
    await first.acknowledge(nowMs, 'puback', 1);
    await first.disconnect(nowMs);
    const second = await connectAgain({});
    await send(second, 1, 0);
    await second.acknowledge(nowMs, 'puback', 2);
    await second.disconnect(nowMs);
    expect(await seen()).toEqual([3, 3]);
    const { connections } = await client.session();
    expect(connections.map(({ delivered }) => delivered?.messages)).toEqual([1, 3]);
  });

  it('after a connection that had delivered nothing more, with no word of it', async () => {
    const first = await subscribed();
    await send(first, 1);
    await first.acknowledge(nowMs, 'puback', 1);
    await first.disconnect(nowMs);
    await (await connectAgain({})).disconnect(nowMs);
    expect((await client.session()).connections.at(-1)).not.toHaveProperty('delivered');
    expect(await seen()).toEqual([1, 1]);
  });

  it('when its listener has died', async () => {
    await heartbeat('gone', edge);
    client = client.through('gone');
    const connection = await subscribed();
    await send(connection, 1, 1);
    await connection.acknowledge(nowMs, 'puback', 1);
    nowMs += 60 * SECOND;
    await checkListener({ kind: 'listenerCheck', address: 'gone' }, edge);
    expect(await seen()).toEqual([1, 1]);
  });
});

describe('a takeover neither loses nor doubles what was delivered', () => {
  it.each([true, false])(
    'by a client that goes on with its session; first one is told of: %s',
    async (isTold) => {
      const first = await subscribed();
      await send(first, 1, 1);
      await first.acknowledge(nowMs, 'puback', 1);
      const second = await connectAgain({});
      if (isTold) await first.lose(nowMs, 'SERVER_INITIATED_DISCONNECT');
      await second.acknowledge(nowMs, 'puback', 2);
      expect((await seen())[1]).toBe(2);
      await second.lose(nowMs);
      await first.lose(nowMs, 'SERVER_INITIATED_DISCONNECT');
      expect(await seen()).toEqual([2, 2]);
    },
  );

  it.each([true, false])('by a client that starts afresh; first one is told of: %s', async (isTold) => {
    const first = await subscribed();
    await send(first, 1, 1);
    await first.acknowledge(nowMs, 'puback', 1);
    const second = await connectAgain({ clean: true });
    if (isTold) await first.lose(nowMs, 'SERVER_INITIATED_DISCONNECT');
    await second.subscribe(nowMs, subscription());
    await send(second, 1);
    expect(await seen()).toEqual([1, 1]);
    await second.acknowledge(nowMs, 'puback', 1);
    expect(await seen()).toEqual([1, 2]);
    await first.lose(nowMs, 'CONNECTION_LOST');
    await second.lose(nowMs);
    expect(await seen()).toEqual([2, 2]);
  });

  it('where the flow is removed with the life that it belonged to', async () => {
    const first = await subscribed();
    await send(first, 1);
    await first.acknowledge(nowMs, 'puback', 1);
    await connectAgain({ clean: true });
    for (const _ of [1, 2]) await takeOverDelivered(await flow(), edge.sessions);
    expect(await seen()).toEqual([1, 1]);
    expect((await client.session()).revision).toBe(3);
  });
});
