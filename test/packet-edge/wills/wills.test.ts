import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WillRequest } from '#edge/requests';
import { fireWill } from '#packet-edge/wills/wills';
import { useTables } from '#test/store/dynamodb/started-tables';
import { WillClient, type WillConnection } from '../clients/will-client.ts';
import { packetEdge, type TestEdge } from '../dependencies.ts';

const SECOND = 1_000;
const T = 1_795_000_000_000;
const tables = useTables();

let nowMs = T;
let slept: number[] = [];
let edge: TestEdge;
let client: WillClient;

beforeEach(async () => {
  nowMs = T;
  slept = [];
  edge = packetEdge(tables(), {
    clock: () => nowMs,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      nowMs += milliseconds;
    },
  });
  client = new WillClient(edge);
  await client.listen();
});

const asked = () => edge.requests.of('packetRequests');
const fire = (connection: Pick<WillConnection, 'id'>, removed?: WillRequest['removed']) =>
  fireWill(
    { kind: 'will', clientId: client.clientId, connectionId: connection.id, ...(removed && { removed }) },
    edge,
  );
/** The message of a will, as long as it is neither published nor dropped. */
const kept = (connection: { readonly position: string }) =>
  edge.wills.get(client.clientId, connection.position);

describe('a will without a delay', () => {
  it('[MQTT-3.1.2-7] is kept, unseen, while the connection stands', async () => {
    await client.connect(T, { will: {} });
    const { will, dueWills } = await client.session();
    expect(will).toMatchObject({ delaySeconds: 0 });
    expect(dueWills).toBeUndefined();
    expect(await kept({ position: will?.position ?? '' })).toMatchObject({ topic: client.filter });
    expect(await client.published()).toEqual([]);
  });

  it.each(['CONNECTION_LOST', 'MQTT_KEEP_ALIVE_TIMEOUT', 'SERVER_INITIATED_DISCONNECT'] as const)(
    '[MQTT-3.1.2-8] [MQTT-3.1.2-10] is published once and removed when the connection ends by %s',
    async (reason) => {
      const connection = await client.connect(T, { will: { payload: 'lost', qos: 2 } });
      const { will } = await client.session();
      nowMs = T + 5 * SECOND;
      await connection.lose(nowMs, reason);
      expect(await client.published()).toMatchObject([
        {
          messageId: `${connection.id}:will`,
          payload: new Uint8Array(Buffer.from('lost')),
          qos: 2,
          publisher: client.clientId,
          receivedAtMs: nowMs,
        },
      ]);
      const session = await client.session();
      expect(session).not.toHaveProperty('will');
      expect(session).not.toHaveProperty('dueWills');
      expect(await kept({ position: will?.position ?? '' })).toBeUndefined();
      await connection.lose(nowMs, reason);
      expect(await client.published()).toHaveLength(1);
    },
  );

  it('[MQTT-3.14.4-3] is removed unpublished by a DISCONNECT with reason code 0x00', async () => {
    const connection = await client.connect(T, { will: {} });
    const { will } = await client.session();
    await connection.disconnect(T + 5);
    expect(await client.session()).not.toHaveProperty('will');
    expect(await kept({ position: will?.position ?? '' })).toBeUndefined();
    expect(await client.published()).toEqual([]);
    expect(asked()).toEqual([]);
  });

  it('is published by a DISCONNECT with reason code 0x04', async () => {
    const connection = await client.connect(T, { will: {} });
    await connection.disconnect(T + 5, 4);
    expect(await client.published()).toHaveLength(1);
  });

  it('is published at a takeover by a client of MQTT 3.1.1', async () => {
    await client.connect(T, { protocolVersion: 4, will: { payload: 'first' } });
    nowMs = T + 5;
    const second = await client.connect(nowMs, { protocolVersion: 4, will: { payload: 'second' } });
    expect(await client.published()).toMatchObject([{ payload: new Uint8Array(Buffer.from('first')) }]);
    expect((await client.session()).will?.connection).toBe(second.id);
  });

  it('[MQTT-3.1.2-15] is retained with the RETAIN flag, and [MQTT-3.1.2-14] only then', async () => {
    const other = new WillClient(edge);
    for (const [each, retain] of [
      [client, true],
      [other, false],
    ] as const) {
      const connection = await each.connect(T, { will: { retain } });
      await connection.lose(T + 5);
    }
    const retained: unknown[] = [];
    for (const { filter } of [client, other]) {
      for await (const message of edge.retained.matching(filter)) retained.push(message.topic);
    }
    expect(retained).toEqual([client.filter]);
  });

  it('has its properties, and expires from when it is published', async () => {
    const properties = {
      messageExpiryInterval: 30,
      contentType: 'text/plain',
      payloadFormatIndicator: true,
      responseTopic: 'answers',
      correlationData: Buffer.from('id'),
      userProperties: { a: ['1', '2'] },
    };
    const connection = await client.connect(T, { will: { properties } });
    nowMs = T + 60 * SECOND;
    await connection.lose(nowMs);
    expect(await client.published()).toMatchObject([
      {
        receivedAtMs: nowMs,
        messageExpiryInterval: 30,
        contentType: 'text/plain',
        utf8Payload: true,
        responseTopic: 'answers',
        correlationData: Buffer.from('id').toString('base64'),
        userProperties: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
    ]);
  });
});

describe('a will with a delay', () => {
  const delayed = { will: { delaySeconds: 60 } };

  it('is asked for when its delay will have passed, and published then', async () => {
    const connection = await client.connect(T, delayed);
    // Some time goes by until the end is handled.
    nowMs = T + 5 * SECOND + 40;
    await connection.lose(T + 5 * SECOND);
    expect(asked()).toEqual([
      {
        queue: 'packetRequests',
        body: { kind: 'will', clientId: client.clientId, connectionId: connection.id },
        delaySeconds: 60,
      },
    ]);
    nowMs = T + 65 * SECOND;
    expect(await fire(connection)).toBe('published');
    expect(await client.published()).toMatchObject([{ receivedAtMs: nowMs }]);
    expect(await client.session()).not.toHaveProperty('dueWills');
    expect(await fire(connection)).toBe('gone');
    expect(await client.published()).toHaveLength(1);
  });

  it('is asked for again while more than a second is left, however long the delay', async () => {
    const hour = { will: { delaySeconds: 3_600 }, sessionExpiryInterval: 86_400 };
    const connection = await client.connect(T, hour);
    await connection.lose(T);
    nowMs = T + 900 * SECOND;
    expect(await fire(connection)).toBe('later');
    nowMs = T + 3_598_700;
    expect(await fire(connection)).toBe('later');
    expect(asked().map(({ delaySeconds }) => delaySeconds)).toEqual([3_600, 2_700, 1]);
    expect(await client.published()).toEqual([]);
  });

  it('is waited for in the function when a second or less is left', async () => {
    const connection = await client.connect(T, delayed);
    await connection.lose(T);
    nowMs = T + 59 * SECOND + 300;
    expect(await fire(connection)).toBe('published');
    expect(slept).toEqual([700]);
    expect(await client.published()).toMatchObject([{ receivedAtMs: T + 60 * SECOND }]);
  });

  it('is published when the session ends, if that is first', async () => {
    const connection = await client.connect(T, { ...delayed, sessionExpiryInterval: 20 });
    await connection.lose(T);
    expect(asked()).toMatchObject([{ delaySeconds: 20 }]);
    nowMs = T + 20 * SECOND;
    expect(await fire(connection)).toBe('published');
  });

  it('[MQTT-3.1.3-9] is dropped with its message when the client resumes its session first', async () => {
    const connection = await client.connect(T, delayed);
    await connection.lose(T);
    const [due] = (await client.session()).dueWills ?? [];
    nowMs = T + 59 * SECOND;
    await client.connect(nowMs, {});
    nowMs = T + 60 * SECOND;
    expect(await fire(connection)).toBe('gone');
    expect(await kept({ position: due?.position ?? '' })).toBeUndefined();
    expect(await client.published()).toEqual([]);
  });

  it('[MQTT-3.1.3-9] is dropped when the client returns while the function waits for its time', async () => {
    const connection = await client.connect(T, delayed);
    await connection.lose(T);
    nowMs = T + 59 * SECOND + 500;
    const waiting = packetEdge(tables(), {
      clock: () => nowMs,
      sleep: async (milliseconds) => {
        await client.connect(nowMs + 100, {});
        nowMs += milliseconds;
      },
    });
    const request = { kind: 'will', clientId: client.clientId, connectionId: connection.id } as const;
    expect(await fireWill(request, waiting)).toBe('gone');
    expect(await client.published()).toEqual([]);
  });

  it('is published at once when a Clean Start ends the session', async () => {
    const connection = await client.connect(T, delayed);
    await connection.lose(T);
    nowMs = T + 10 * SECOND;
    await client.connect(nowMs, { clean: true });
    expect(await client.published()).toMatchObject([{ receivedAtMs: nowMs }]);
    expect(await fire(connection)).toBe('gone');
  });

  it('is dropped by the takeover that resumes the session', async () => {
    const connection = await client.connect(T, delayed);
    nowMs = T + 10 * SECOND;
    await client.connect(nowMs, {});
    await connection.lose(nowMs + 5);
    expect(await client.session()).not.toHaveProperty('dueWills');
    expect(asked()).toEqual([]);
    expect(await client.published()).toEqual([]);
  });

  it('does not wait when DISCONNECT with reason code 0x04 ends the session', async () => {
    const connection = await client.connect(T, delayed);
    await connection.disconnect(T, 4, { sessionExpiryInterval: 0 });
    expect(await client.published()).toHaveLength(1);
  });
});

describe('a will whose session item has been removed', () => {
  it('is published from what the item had said, once', async () => {
    const connection = await client.connect(T, { will: { delaySeconds: 60 }, sessionExpiryInterval: 20 });
    await connection.lose(T);
    const [due] = (await client.session()).dueWills ?? [];
    if (due === undefined) throw new Error('No will is due');
    const { names, newClient } = tables();
    await newClient().send(
      new DeleteCommand({ TableName: names.sessions, Key: { clientId: client.clientId } }),
    );
    nowMs = T + 50 * SECOND;
    expect(await fire(connection)).toBe('gone');
    expect(await fire(connection, due)).toBe('published');
    expect(await client.published()).toMatchObject([{ receivedAtMs: T + 20 * SECOND }]);
    expect(await fire(connection, due)).toBe('gone');
    expect(await client.published()).toHaveLength(1);
  });
});
