import { describe, expect, it } from 'vitest';
import { pump } from '#delivery/pump';
import { dropWaiting } from '#operator/acts/drop-waiting';
import { positionAt } from '#session/position';
import { SECOND, START_MS, settings } from '#test/edge/world/edge';
import { useTables } from '#test/store/dynamodb/started-tables';
import { Desk } from './desk.ts';

const T = START_MS;
const tables = useTables();

async function publish(desk: Desk, atMs: number, rest: string, ...filters: string[]): Promise<void> {
  desk.nowMs = atMs;
  const topic = desk.filter(rest);
  const message = {
    messageId: `${rest} ${atMs}`,
    topic,
    payload: Buffer.from('x'),
    qos: 1,
    receivedAtMs: atMs,
  } as const;
  for (const filter of filters)
    await desk.messages.append({ filter: desk.filter(filter), shards: 1, retainSeconds: 3600, message });
}

/** Away since a second after it has subscribed to `a/1` and `a/#`. */
async function away(): Promise<Desk> {
  const desk = new Desk(tables());
  desk.broker.grant(desk.filter('a/1'), desk.filter('a/#'));
  await desk.handle(desk.connected(0, T));
  await desk.handle(desk.subscribed(0, T, desk.filter('a/1'), desk.filter('a/#')));
  await desk.handle(desk.disconnected(0, T + SECOND, { disconnectReason: 'CLIENT_INITIATED_DISCONNECT' }));
  return desk;
}

async function deliver(desk: Desk) {
  const { policies } = desk.dependencies.configuration;
  const [policy] = policies;
  if (policy === undefined) throw new Error('There is no policy');
  const dependencies = {
    ...desk.acts,
    log: desk.messages,
    policyOf: () => policy,
    settings,
    newHolder: desk.acts.newId,
  };
  const result = await pump(desk.clientId, dependencies, desk.nowMs + 60 * SECOND);
  return {
    result,
    topics: desk.broker.sent.map(({ message }) => message.topic.slice(desk.prefix.length + 1)),
  };
}

const drop = (desk: Desk) => dropWaiting(desk.clientId, desk.operator, desk.acts);

describe('what waits at the lifecycle edge', () => {
  it('is given up by an operator, each message once, and counted with its reason', async () => {
    const desk = await away();
    await publish(desk, T + 10 * SECOND, 'a/1', 'a/1', 'a/#');
    await publish(desk, T + 20 * SECOND, 'a/2', 'a/#');
    desk.nowMs = T + 30 * SECOND;
    expect(await drop(desk)).toEqual({ outcome: 'dropped', dropped: 2, atLeast: false, heldByBroker: false });
    const session = await desk.session();
    expect(session).toMatchObject({ drops: { operator: 2 }, cursor: positionAt(T + 30 * SECOND) });
    expect(session.lastDrops).toMatchObject([
      { reason: 'operator' },
      { reason: 'operator', topic: desk.filter('a/2') },
    ]);
    expect(await drop(desk)).toEqual({ outcome: 'dropped', dropped: 0, atLeast: false, heldByBroker: false });
    expect(desk.history.map((entry) => entry.type === 'operator' && entry.detail?.['dropped'])).toEqual([
      2, 0,
    ]);
  });

  it('is brought all the same where the broker has a session of its own, and the answer says so', async () => {
    const desk = await away();
    await publish(desk, T + 10 * SECOND, 'a/1', 'a/1', 'a/#');
    const { connections, revision, ...session } = await desk.session();
    const held = connections.map((each) => ({ ...each, brokerCleanSession: false, brokerSessionExpiry: 60 }));
    await desk.acts.sessions.write({ ...session, connections: held, revision: revision + 1 }, revision);
    desk.nowMs = T + 30 * SECOND;
    expect(await drop(desk)).toMatchObject({ dropped: 1, heldByBroker: true });
  });

  it('does not reach the client when it returns; what comes since does', async () => {
    const desk = await away();
    await publish(desk, T + 10 * SECOND, 'a/1', 'a/1', 'a/#');
    desk.nowMs = T + 20 * SECOND;
    await drop(desk);
    await publish(desk, T + 30 * SECOND, 'a/2', 'a/#');
    await desk.handle(desk.connected(1, T + 40 * SECOND));
    desk.nowMs = T + 50 * SECOND;
    expect((await deliver(desk)).topics).toEqual(['a/2']);
  });

  it('is given up while it is being delivered: that run stops, and another is asked for', async () => {
    const desk = await away();
    await publish(desk, T + 10 * SECOND, 'a/1', 'a/#');
    await publish(desk, T + 11 * SECOND, 'a/1', 'a/#');
    await desk.handle(desk.connected(1, T + 40 * SECOND));
    desk.nowMs = T + 50 * SECOND;
    desk.requests.all.length = 0;
    const { send } = desk.broker;
    desk.broker.send = async (...message) => {
      if (desk.broker.sent.length === 0) expect(await drop(desk)).toMatchObject({ dropped: 2 });
      return send.apply(desk.broker, message);
    };
    const { result } = await deliver(desk);
    expect(result.outcome).toBe('busy');
    expect(desk.requests.of('deliveries')).toMatchObject([{ body: { purpose: 'catchUp' } }]);
    const sent = desk.broker.sent.length;
    desk.nowMs += 30 * SECOND;
    expect((await deliver(desk)).topics).toHaveLength(sent);
  });

  it('is nothing where the broker delivers', async () => {
    const desk = new Desk(tables());
    desk.broker.grant(desk.filter('a/#'));
    await desk.handle(desk.connected(0, T));
    await desk.handle(desk.subscribed(0, T, desk.filter('a/#')));
    await publish(desk, T + 10 * SECOND, 'a/1', 'a/#');
    expect(await drop(desk)).toMatchObject({ dropped: 0 });
  });

  it('is not there without a session', async () => {
    const desk = new Desk(tables());
    expect(await drop(desk)).toEqual({ outcome: 'notFound' });
    expect(desk.history).toEqual([]);
  });
});
