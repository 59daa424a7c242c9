import { beforeEach, describe, expect, it } from 'vitest';
import type { EndedSession } from '#edge/session-end/ended-session';
import { cleanUp } from '#edge/session-end/session-end';
import type { EventDetails } from '#history/event-schemas';
import { enterMessage } from '#packet-edge/enter-message';
import type { QoS } from '#session/message';
import { newestConnection } from '#session/session';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { useTables } from '#test/store/dynamodb/started-tables';
import { WillClient } from './clients/will-client.ts';
import { packetEdge, type TestEdge } from './dependencies.ts';

const SECOND = 1_000;
const T = 1_795_000_000_000;
const tables = useTables();

let nowMs = T;
let edge: TestEdge;
let client: WillClient;
let announced: EventDetails['session.expired'][];

beforeEach(() => {
  nowMs = T;
  edge = packetEdge(tables(), { clock: () => nowMs });
  client = new WillClient(edge);
  announced = [];
});

function end(more: Partial<EndedSession> & Pick<EndedSession, 'session'>) {
  const { names, newClient } = tables();
  const ended = { reason: 'expired', endedAtMs: nowMs, announce: true, isRemoved: false, ...more } as const;
  return cleanUp(ended, {
    ...edge,
    messages: edge.log,
    shareGroups: createShareGroupStore(newClient(), names.routes),
    history: { append: async () => undefined },
    publish: async (events) => {
      for (const { detailType, detail } of events) {
        if (detailType === 'session.expired') announced.push(detail);
      }
    },
  });
}

async function publish(rest: string, qos: QoS = 1): Promise<void> {
  nowMs += SECOND;
  const topic = `${client.filter}/${rest}`;
  const payload = Buffer.from('12345');
  await enterMessage({ messageId: `${rest} ${nowMs}`, topic, payload, qos, receivedAtMs: nowMs }, edge);
}

describe('the end of a session of the packet edge', () => {
  it('tells what its client had not acknowledged and what it had not been sent, each message once', async () => {
    const connection = await client.connect(T, {});
    await connection.subscribe(
      T,
      { topic: `${client.filter}/#`, qos: 2 },
      { topic: `${client.filter}/+`, qos: 1 },
    );
    for (const rest of ['acknowledged', 'received', 'sent']) await publish(rest, rest === 'received' ? 2 : 1);
    await connection.look();
    await connection.acknowledge(nowMs, 'puback', 1);
    await connection.acknowledge(nowMs, 'pubrec', 2);
    await connection.lose(nowMs);
    await publish('waiting');
    await publish('of QoS 0', 0);
    const session = await client.session();
    const endedAtMs = nowMs + 1;
    await publish('after the end');
    await end({ session, endedAtMs });
    const topics = ['sent', 'waiting'].map((rest) => `${client.filter}/${rest}`);
    const bytes = topics.join('').length + 10;
    expect(announced[0]?.lost).toEqual({ messages: 2, bytes, topics, atLeast: false });
  });

  it('counts what was delivered by a connection that was taken over, before its flow is removed', async () => {
    const connection = await client.connect(T, {});
    await connection.subscribe(T, { topic: `${client.filter}/#`, qos: 1 });
    await publish('acknowledged');
    await connection.look();
    await connection.acknowledge(nowMs, 'puback', 1);
    const session = await client.session();
    nowMs += SECOND;
    await client.connect(nowMs, { clean: true });
    await end({ session, reason: 'cleanStart' });
    expect((await client.session()).delivered).toBe(1);
    expect(await edge.flows.get(client.clientId)).toBeUndefined();
  });

  it('tells what waited for a client that had never been sent anything', async () => {
    const connection = await client.connect(T, {});
    await connection.subscribe(T, { topic: `${client.filter}/#`, qos: 1 });
    await connection.lose(T + 1);
    await publish('waiting');
    nowMs += SECOND;
    await end({ session: await client.session() });
    expect(announced[0]?.lost?.topics).toEqual([`${client.filter}/waiting`]);
  });

  it.each([
    [false, 1],
    [true, 0],
  ])(
    'tells a retained message that a subscription has brought; acknowledged: %s',
    async (isAcknowledged, messages) => {
      const topic = `${client.filter}/state`;
      const payload = Buffer.from('12345');
      await edge.retained.set({ messageId: 'state', topic, payload, qos: 1, receivedAtMs: T, retain: true });
      const connection = await client.connect(T, {});
      await connection.subscribe(T, { topic, qos: 1 });
      if (isAcknowledged) await connection.acknowledge(T, 'puback', 1);
      nowMs += SECOND;
      await end({ session: await client.session() });
      expect(announced[0]?.lost?.messages).toBe(messages);
    },
  );

  it('removes its flow and its subscriptions', async () => {
    const connection = await client.connect(T, {});
    await connection.subscribe(T, { topic: `${client.filter}/#`, qos: 1 });
    await publish('one');
    await connection.look();
    await connection.lose(nowMs);
    expect(await edge.flows.get(client.clientId)).toBeDefined();
    const session = await client.session();
    const ended = { ...session, status: 'ended' } as const;
    await edge.sessions.write({ ...ended, revision: session.revision + 1 }, session.revision);
    expect(await end({ session })).toEqual({ removed: 1 });
    expect(await edge.flows.get(client.clientId)).toBeUndefined();
  });

  it('leaves the flow of a new life alone', async () => {
    const connection = await client.connect(T, {});
    const session = await client.session();
    await connection.lose(T);
    nowMs = T + SECOND;
    const second = await client.connect(nowMs, { clean: true });
    await second.subscribe(nowMs, { topic: `${client.filter}/#`, qos: 1 });
    await publish('one');
    await second.look();
    await end({ session, reason: 'cleanStart' });
    expect(await edge.flows.get(client.clientId)).toMatchObject({ connection: second.id });
  });
});

describe('a will that a crash has left', () => {
  /** The session after a lost connection whose will nobody has published. */
  async function abandoned(delaySeconds: number) {
    await client.connect(T, { will: { delaySeconds } });
    const session = await client.session();
    const { will } = session;
    if (will === undefined) throw new Error('The session has no will');
    const { will: _, ...rest } = session;
    const dueWills = [{ ...will, atMs: T + delaySeconds * SECOND }];
    const left = { ...rest, dueWills, revision: session.revision + 1 };
    await edge.sessions.write(left, session.revision);
    return left;
  }
  const asked = () =>
    edge.requests.of('packetRequests').filter(({ body }) => Reflect.get(Object(body), 'kind') === 'will');

  it('is asked for by its connection while it is on the session', async () => {
    const session = await abandoned(0);
    await end({ session, reason: 'disconnected' });
    const { sessionIdentifier: connectionId } = newestConnection(session);
    const body = { kind: 'will', clientId: client.clientId, connectionId };
    expect(asked()).toEqual([{ queue: 'packetRequests', body, delaySeconds: 0 }]);
  });

  it('is left to the request that was made for it while its time has not come', async () => {
    await end({ session: await abandoned(60), reason: 'disconnected' });
    expect(asked()).toEqual([]);
  });

  it('is asked for with what the session had said when TTL has removed it', async () => {
    const session = await abandoned(0);
    const [due] = session.dueWills;
    await end({ session, isRemoved: true });
    const removed = { position: due?.position, atMs: T };
    expect(asked()).toMatchObject([{ body: { connectionId: due?.connection, removed }, delaySeconds: 0 }]);
  });
});
