import { describe, expect, it } from 'vitest';
import { repairLookUp } from '#edge/lifecycle/repair';
import { exists, newestConnection } from '#session/session';
import { useTables } from '../../store/dynamodb/started-tables.ts';
import { Edge, SECOND, START_MS } from '../world/edge.ts';

const T = START_MS;
const tables = useTables();
const newEdge = (policy: ConstructorParameters<typeof Edge>[1] = {}) => new Edge(tables(), policy);

describe('connections', () => {
  it('begins a session with what the event and the broker tell', async () => {
    const edge = newEdge();
    const event = edge.connected(0, T, { ipAddress: '192.0.2.7', principalIdentifier: 'principal' });
    expect(await edge.handle(event)).toBe('started');
    const session = await edge.session();
    expect(session).toMatchObject({ status: 'connected', ipAddress: '192.0.2.7', principal: 'principal' });
    expect(session).toMatchObject({
      sessionExpiryInterval: 3600,
      sessionPresent: false,
      owesDelivery: false,
    });
    expect(newestConnection(session)).toMatchObject({ keepAliveSeconds: 60, brokerCleanSession: true });
    expect(edge.requests.all).toEqual([]);
  });

  it('keeps the session when its connection ends, and resumes it with a request for delivery', async () => {
    const edge = newEdge();
    await edge.handle(edge.connected(0, T));
    expect(await edge.handle(edge.disconnected(0, T + 60 * SECOND))).toBe('disconnected');
    expect(await edge.session()).toMatchObject({ endsAtMs: T + 3660 * SECOND, owesDelivery: false });
    edge.nowMs = T + 120 * SECOND;
    expect(await edge.handle(edge.connected(1, edge.nowMs))).toBe('resumed');
    expect(await edge.session()).toMatchObject({ sessionPresent: true, owesDelivery: true });
    expect(edge.requests.of('deliveries')).toMatchObject([{ body: { clientId: edge.clientId, attempt: 0 } }]);
  });

  it('ends the session with its connection when the interval is 0', async () => {
    const edge = newEdge({ sessionExpiryInterval: 0 });
    await edge.handle(edge.connected(0, T));
    expect(await edge.handle(edge.disconnected(0, T + SECOND))).toBe('ended');
    expect(await edge.session()).toMatchObject({ status: 'ended', endReason: 'disconnected' });
  });

  it("asks the broker when the end is the first that is heard of a connection under the broker's interval", async () => {
    const edge = newEdge({ sessionExpiryInterval: 'broker' });
    edge.broker.connectionAnswer = {
      outcome: 'found',
      value: { connected: false, disconnectedSinceMs: T + SECOND, cleanSession: false, sessionExpiry: 600 },
    };
    await edge.handle(edge.disconnected(0, T + SECOND));
    await edge.handle(edge.subscribed(0, T + 1, edge.filter('a')));
    await edge.handle(edge.connected(0, T));
    expect(await edge.session()).toMatchObject({ status: 'disconnected', endsAtMs: T + 601 * SECOND });
    expect(await edge.filters()).toEqual([edge.filter('a')]);
    expect(await edge.dependencies.routes.get(edge.filter('a'))).toBeDefined();
  });

  it('routes what was subscribed before the connection and its interval were known', async () => {
    const edge = newEdge({ sessionExpiryInterval: 'broker' });
    edge.broker.connectionAnswer = {
      outcome: 'found',
      value: { connected: true, connectedSinceMs: T, cleanSession: false, sessionExpiry: 600 },
    };
    await edge.handle(edge.subscribed(0, T + 1, edge.filter('a')));
    expect(await edge.dependencies.routes.get(edge.filter('a'))).toBeUndefined();
    await edge.handle(edge.connected(0, T));
    expect(await edge.dependencies.routes.get(edge.filter('a'))).toBeDefined();
  });

  it('asks for delivery once a connection, and again only when an event is handled again', async () => {
    const edge = newEdge();
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.disconnected(0, T + SECOND));
    edge.nowMs = T + 60 * SECOND;
    await edge.handle(edge.connected(1, edge.nowMs));
    await edge.handle(edge.subscribed(1, edge.nowMs + 1, edge.filter('a')));
    await edge.handle(edge.declared(edge.nowMs + 2, { sessionExpiryInterval: 60 }));
    expect(edge.requests.of('deliveries')).toMatchObject([
      { body: { sessionIdentifier: `${edge.prefix}-1`, purpose: 'catchUp' } },
    ]);
    await edge.handle(edge.connected(1, edge.nowMs));
    expect(edge.requests.of('deliveries')).toHaveLength(2);
  });

  it('lets a newer connection take over, whatever the events of the older one say later', async () => {
    const edge = newEdge();
    await edge.handle(edge.connected(0, T));
    expect(await edge.handle(edge.connected(1, T + SECOND))).toBe('takenOver');
    const late = edge.disconnected(0, T + SECOND, { disconnectReason: 'DUPLICATE_CLIENTID' });
    expect(await edge.handle(late)).toBe('stale');
    expect(await edge.session()).toMatchObject({ status: 'connected' });
  });

  it.each([
    [
      'says that it is gone',
      { outcome: 'found', value: { connected: false, disconnectedSinceMs: T + SECOND } },
    ],
    ['does not know the client', { outcome: 'unknownClient' }],
  ] as const)(
    'resurrects nothing when a connect event comes after its session was removed: the broker %s',
    async (_, answer) => {
      const edge = newEdge({ sessionExpiryInterval: 60 });
      edge.nowMs = T + 3600 * SECOND;
      edge.broker.connectionAnswer = answer;
      await edge.handle(edge.connected(0, T));
      expect(exists(await edge.session(), edge.nowMs)).toBe(false);
      expect(edge.requests.of('deliveries')).toEqual([]);
    },
  );

  it('follows the policy while the broker cannot be asked, and the broker once it can', async () => {
    const edge = newEdge({ sessionExpiryInterval: 'broker', defaultSessionExpiryInterval: 30 });
    const { connectionAnswer } = edge.broker;
    edge.broker.fail();
    await edge.handle(edge.connected(0, T));
    expect(await edge.session()).toMatchObject({ sessionExpiryInterval: 30 });
    expect(edge.requests.of('lookUps')).toEqual([
      { queue: 'lookUps', body: { kind: 'lookUp', clientId: edge.clientId, attempt: 1 }, delaySeconds: 15 },
    ]);
    expect(await repairLookUp(edge.clientId, 1, edge.dependencies)).toBe('waiting');
    expect(edge.requests.of('lookUps').at(-1)).toMatchObject({ body: { attempt: 2 }, delaySeconds: 30 });
    if (connectionAnswer.outcome !== 'found') throw new Error('The broker knows the client');
    const value = { ...connectionAnswer.value, cleanSession: false, sessionExpiry: 600 };
    edge.broker.connectionAnswer = { outcome: 'found', value };
    expect(await repairLookUp(edge.clientId, 2, edge.dependencies)).toBe('repaired');
    expect(await edge.session()).toMatchObject({ sessionExpiryInterval: 600, status: 'connected' });
  });

  it('gives a look-up up after its last attempt and keeps the policy', async () => {
    const edge = newEdge();
    edge.broker.fail();
    await edge.handle(edge.connected(0, T));
    expect(await repairLookUp(edge.clientId, 12, edge.dependencies)).toBe('gaveUp');
    expect(await repairLookUp('nobody', 1, edge.dependencies)).toBe('ended');
  });

  it('leaves delivery to a session of the broker that still lives', async () => {
    const edge = newEdge({ sessionExpiryInterval: 86_400 });
    const value = { connected: true, cleanSession: false, sessionExpiry: 3600, keepAliveSeconds: 60 };
    edge.broker.connectionAnswer = { outcome: 'found', value };
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.disconnected(0, T + 60 * SECOND));
    await edge.handle(edge.connected(1, T + 120 * SECOND));
    expect(await edge.session()).toMatchObject({ sessionPresent: true, owesDelivery: false });
  });

  it.each([
    ['is still there', [{ filter: 'a', qos: 1 as const }], false],
    ['has gone', [], true],
  ])(
    'asks for the subscriptions of a broker session that may have expired: it %s',
    async (_, value, owes) => {
      const edge = newEdge({ sessionExpiryInterval: 86_400 });
      const facts = { connected: true, cleanSession: false, sessionExpiry: 60, keepAliveSeconds: 60 };
      edge.broker.connectionAnswer = { outcome: 'found', value: facts };
      await edge.handle(edge.connected(0, T));
      await edge.handle(edge.disconnected(0, T + 60 * SECOND));
      edge.broker.subscriptionsAnswer = { outcome: 'found', value };
      await edge.handle(edge.connected(1, T + 60 * SECOND + 600 * SECOND));
      expect((await edge.session()).owesDelivery).toBe(owes);
    },
  );

  it('tells Session Present and the interval in force where the policy says so', async () => {
    const edge = newEdge({ noticeTopic: 'session/notice' });
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.disconnected(0, T + SECOND));
    edge.nowMs = T + 2 * SECOND;
    await edge.handle(edge.connected(1, edge.nowMs));
    expect(edge.broker.told('session/notice')).toEqual([
      { sessionPresent: false, sessionExpiryInterval: 3600 },
      { sessionPresent: true, sessionExpiryInterval: 3600 },
    ]);
    expect(edge.broker.sent.every(({ confirm }) => !confirm)).toBe(true);
  });

  it('writes nothing for a client that its policy ignores, nor for one that could not connect', async () => {
    const ignored = newEdge({ ignore: true });
    expect(await ignored.handle(ignored.connected(0, T))).toBe('ignored');
    expect(await ignored.handle(ignored.subscribed(0, T, ignored.filter('a')))).toBe('ignored');
    await expect(ignored.session()).rejects.toThrow('has no session');
    const refused = newEdge();
    const event = { eventType: 'connect_failed', clientId: refused.clientId, timestamp: T };
    expect(await refused.handle(event)).toBe('connectFailed');
    await expect(refused.session()).rejects.toThrow('has no session');
  });

  it('keeps no session for a client whose packets the broker only carries', async () => {
    const carried = newEdge({ edge: 'packets' });
    expect(await carried.handle(carried.connected(0, T))).toBe('carried');
    expect(await carried.handle(carried.subscribed(0, T, carried.filter('a')))).toBe('carried');
    expect(await carried.handle(carried.disconnected(0, T + SECOND))).toBe('carrierEnded');
    await expect(carried.session()).rejects.toThrow('has no session');
  });

  it('hands the end of what carried packets on, but not that of a connection which a newer one replaced', async () => {
    const carried = newEdge({ edge: 'packets' });
    const { clientId } = carried;
    const ended = { ...carried.disconnected(0, T), disconnectReason: 'MQTT_KEEP_ALIVE_TIMEOUT' };
    expect(await carried.handle(ended)).toBe('carrierEnded');
    expect(await carried.handle({ ...ended, disconnectReason: 'DUPLICATE_CLIENTID' })).toBe('carried');
    expect(carried.requests.of('packetRequests').map(({ body }) => body)).toEqual([
      { kind: 'carrierEnded', clientId, reason: 'MQTT_KEEP_ALIVE_TIMEOUT', atMs: T },
    ]);
  });

  it('ends a connection that began before the policy of its client moved it to the packet edge', async () => {
    const edge = newEdge();
    await edge.handle(edge.connected(0, T));
    const { configuration } = newEdge({ edge: 'packets' }).dependencies;
    const moved = { ...edge.dependencies, configuration };
    expect(await edge.handle(edge.subscribed(0, T + 1, edge.filter('a')), moved)).toBe('subscribed');
    expect(await edge.filters()).toEqual([edge.filter('a')]);
    expect(await edge.handle(edge.connected(1, T + SECOND), moved)).toBe('carried');
    const replaced = edge.disconnected(0, T + SECOND, { disconnectReason: 'DUPLICATE_CLIENTID' });
    expect(await edge.handle(replaced, moved)).toBe('disconnected');
    expect(await edge.session()).toMatchObject({ status: 'disconnected', endsAtMs: T + 3601 * SECOND });
    expect(await edge.handle(edge.disconnected(1, T + 2 * SECOND), moved)).toBe('carrierEnded');
  });

  it('keeps the keep alive as it was when the broker speaks of a newer connection', async () => {
    const edge = newEdge();
    const value = { connected: true, connectedSinceMs: T + 60 * SECOND, keepAliveSeconds: 5 };
    edge.broker.connectionAnswer = { outcome: 'found', value };
    await edge.handle(edge.connected(0, T));
    expect(newestConnection(await edge.session()).keepAliveSeconds).toBeUndefined();
  });
});
