import { describe, expect, it } from 'vitest';
import { repairLookUp } from '#edge/lifecycle/repair';
import { retainSeconds } from '#session/delivery/retention';
import { positionAt } from '#session/position';
import { createRouteStore } from '#store/routes/routes';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { useTables } from '../../store/dynamodb/started-tables.ts';
import { Edge, SECOND, START_MS, settings } from '../world/edge.ts';

const T = START_MS;
const tables = useTables();
const newEdge = (policy: ConstructorParameters<typeof Edge>[1] = {}) => new Edge(tables(), policy);

describe('subscriptions', () => {
  it('keeps the filter with the granted QoS, and routes it for as long as the session may live', async () => {
    const edge = newEdge();
    const filter = edge.filter('a/+');
    await edge.handle(edge.connected(0, T));
    edge.broker.grant(filter);
    expect(await edge.handle(edge.subscribed(0, T + SECOND, filter))).toBe('subscribed');
    const [subscription] = await edge.dependencies.subscriptions.list(edge.clientId);
    expect(subscription).toMatchObject({ filter, qos: 1, subscribedAtMs: [T + SECOND] });
    const route = await edge.dependencies.routes.get(filter);
    expect(route).toEqual({ filter, shards: 1, retainSeconds: retainSeconds(3600, 60, settings) });
    expect(edge.requests.all).toEqual([]);
  });

  it('keeps a filter without QoS while the broker cannot be asked, and repairs it', async () => {
    const edge = newEdge();
    const filter = edge.filter('a');
    await edge.handle(edge.connected(0, T));
    const { connectionAnswer } = edge.broker;
    edge.broker.fail();
    await edge.handle(edge.subscribed(0, T + SECOND, filter));
    expect((await edge.dependencies.subscriptions.list(edge.clientId))[0]?.qos).toBeUndefined();
    expect(edge.requests.of('lookUps')).toHaveLength(1);
    edge.broker.connectionAnswer = connectionAnswer;
    edge.broker.grant(filter);
    expect(await repairLookUp(edge.clientId, 1, edge.dependencies)).toBe('repaired');
    expect((await edge.dependencies.subscriptions.list(edge.clientId))[0]?.qos).toBe(1);
  });

  it('routes nothing for a session that ends with its connection, and no topics of the broker', async () => {
    const edge = newEdge({ sessionExpiryInterval: 0 });
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.subscribed(0, T + SECOND, edge.filter('a')));
    expect(await edge.dependencies.routes.get(edge.filter('a'))).toBeUndefined();
    const durable = newEdge();
    await durable.handle(durable.connected(0, T));
    await durable.handle(durable.subscribed(0, T + SECOND, `$aws/things/${durable.prefix}/shadow`));
    expect(await durable.dependencies.routes.get(`$aws/things/${durable.prefix}/shadow`)).toBeUndefined();
    expect(await durable.filters()).toEqual([`$aws/things/${durable.prefix}/shadow`]);
  });

  it('forgets an unsubscribed filter, asks whether its route is still needed, and stays so in any order', async () => {
    const edge = newEdge();
    const filter = edge.filter('a');
    await edge.handle(edge.connected(0, T));
    expect(await edge.handle(edge.unsubscribed(0, T + 2 * SECOND, filter))).toBe('unsubscribed');
    await edge.handle(edge.subscribed(0, T + SECOND, filter));
    expect(await edge.filters()).toEqual([]);
    expect(await edge.dependencies.routes.get(filter)).toBeUndefined();
    expect(edge.requests.of('routeChecks')).toMatchObject([{ body: { filter, step: 'mark' } }]);
  });

  it.each([
    ['a # in the middle', 'a/#/b'],
    ['a + beside a character', 'a+/b'],
    ['a NUL', 'a\u0000b'],
    ['nothing', ''],
    ['more bytes than the broker allows', 'x'.repeat(300)],
  ])('keeps a filter with %s in the dead-letter queue, and the good one beside it', async (_, bad) => {
    const edge = newEdge();
    const good = edge.filter('good');
    await edge.handle(edge.connected(0, T));
    edge.broker.grant(good);
    expect(await edge.handle(edge.subscribed(0, T + SECOND, bad, good))).toBe('subscribed');
    expect(await edge.filters()).toEqual([good]);
    expect(edge.requests.of('deadLetters')).toMatchObject([{ body: { event: { topics: [bad] } } }]);
  });

  it('keeps a filter that would add one shape too many in the dead-letter queue, and has its messages wait once there is room', async () => {
    const own = memoryTables();
    const edge = new Edge(own);
    const withMaximum = (maximumShapes: number) => ({
      ...edge.dependencies,
      routes: createRouteStore(own.newClient(), own.names.routes, { clock: () => edge.nowMs, maximumShapes }),
    });
    const [known, wide] = [edge.filter('known/+'), edge.filter('+/+/+')];
    const subscribed = edge.subscribed(0, T + SECOND, known, wide, '$aws/things/+/shadow');
    await edge.handle(edge.connected(0, T));
    for (const filter of subscribed.topics) edge.broker.grant(filter);
    expect(await edge.handle(subscribed, withMaximum(1))).toBe('subscribed');
    expect(await edge.filters()).toEqual(['$aws/things/+/shadow', wide, known]);
    expect(await edge.dependencies.routes.get(known)).toBeDefined();
    expect(await edge.dependencies.routes.get(wide)).toBeUndefined();
    const letters = edge.requests.of('deadLetters').map(({ body }) => body as { event: object });
    expect(letters).toMatchObject([
      { event: { topics: [wide] }, message: expect.stringContaining('maximumShapes') },
    ]);
    await edge.handle(letters[0]?.event, withMaximum(2));
    expect(await edge.dependencies.routes.get(wide)).toBeDefined();
    expect(edge.requests.of('deadLetters')).toHaveLength(1);
  });

  it('joins a share group while online, and lets messages wait once the last member has gone', async () => {
    const edge = newEdge();
    const filter = edge.shared('jobs');
    const { shareGroups, routes } = edge.dependencies;
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.subscribed(0, T + SECOND, filter));
    expect((await shareGroups.get(filter))?.online.size).toBe(1);
    expect(await routes.get(edge.filter('jobs'))).toMatchObject({ filter: edge.filter('jobs') });
    await edge.handle(edge.disconnected(0, T + 60 * SECOND));
    const group = await shareGroups.get(filter);
    expect(group?.online.size).toBe(0);
    expect(group?.owedFrom).toBe(positionAt(T + 60 * SECOND - settings.lossWindowSeconds * SECOND));
  });

  it('leaves a share group at an unsubscribe', async () => {
    const edge = newEdge();
    const filter = edge.shared('jobs');
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.subscribed(0, T + SECOND, filter));
    await edge.handle(edge.unsubscribed(0, T + 2 * SECOND, filter));
    expect((await edge.dependencies.shareGroups.get(filter))?.online.size).toBe(0);
    expect(edge.requests.of('routeChecks')).toMatchObject([{ body: { filter: edge.filter('jobs') } }]);
  });

  it('applies nothing of a connection that a clean start has left behind', async () => {
    const edge = newEdge({ sessionExpiryInterval: 'broker' });
    const value = { connected: true, cleanSession: true, sessionExpiry: 600, keepAliveSeconds: 60 };
    edge.broker.connectionAnswer = { outcome: 'found', value };
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.subscribed(0, T + SECOND, edge.filter('old')));
    await edge.handle(edge.connected(1, T + 10 * SECOND));
    expect(await edge.session()).toMatchObject({ endReason: 'cleanStart', sessionPresent: false });
    expect(await edge.filters()).toEqual([]);
    expect(await edge.handle(edge.subscribed(0, T + 2 * SECOND, edge.filter('late')))).toBe('stale');
    expect(await edge.filters()).toEqual([]);
  });

  it('keeps what was subscribed before the connect event came', async () => {
    const edge = newEdge();
    const filter = edge.filter('early');
    edge.broker.grant(filter);
    expect(await edge.handle(edge.subscribed(0, T + SECOND, filter))).toBe('subscribed');
    expect(edge.requests.of('lookUps')).toHaveLength(1);
    await edge.handle(edge.connected(0, T));
    expect(await edge.filters()).toEqual([filter]);
    const [subscription] = await edge.dependencies.subscriptions.list(edge.clientId);
    const session = await edge.session();
    expect(subscription?.incarnation).toBe(session.incarnation);
    expect(session.rehome).toBeUndefined();
  });

  it('keeps what was subscribed on the connection that then declares a clean start, and nothing older', async () => {
    const edge = newEdge({ sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 3600 });
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.subscribed(0, T + SECOND, edge.filter('old'), edge.filter('both')));
    await edge.handle(edge.disconnected(0, T + 10 * SECOND));
    await edge.handle(edge.connected(1, T + 20 * SECOND));
    await edge.handle(edge.subscribed(1, T + 21 * SECOND, edge.filter('new'), edge.filter('both')));
    await edge.handle(edge.declared(T + 22 * SECOND, { cleanStart: true }));
    expect((await edge.filters()).sort()).toEqual([edge.filter('both'), edge.filter('new')]);
    expect(await edge.session()).toMatchObject({ sessionPresent: false, owesDelivery: false });
  });
});
