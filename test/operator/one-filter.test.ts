import { describe, expect, it } from 'vitest';
import { endSession } from '#operator/acts/end-session';
import { endSubscription, putSubscription } from '#operator/provision/one-filter';
import type { WantedSubscription } from '#operator/provision/wanted';
import { choosePolicy } from '#session/configuration/policy';
import { dueTo } from '#session/delivery/due';
import { positionAt } from '#session/position';
import { newestConnection } from '#session/session';
import { isSubscribed } from '#session/subscription';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { useTables } from '#test/store/dynamodb/started-tables';
import { Desk } from './desk.ts';

const T = START_MS;
const tables = useTables();

/** A client of the lifecycle edge with the subscriptions `a` and `b`, which is away. */
async function away(
  policy: ConstructorParameters<typeof Desk>[1] = {},
  broker: { readonly cleanSession: boolean } = { cleanSession: true },
): Promise<Desk> {
  const desk = new Desk(tables(), policy);
  desk.broker.connectionAnswer = { outcome: 'found', value: { connected: true, ...broker } };
  desk.broker.grant(desk.filter('a'), desk.filter('b'));
  await desk.handle(desk.connected(0, T));
  await desk.handle(desk.subscribed(0, T, desk.filter('a'), desk.filter('b')));
  await desk.handle(desk.disconnected(0, T + SECOND));
  desk.nowMs = T + 100 * SECOND;
  desk.requests.all.length = 0;
  return desk;
}

const put = (desk: Desk, rest: string, more: Partial<WantedSubscription> = {}) =>
  putSubscription(desk.clientId, { filter: desk.filter(rest), qos: 1, ...more }, desk.operator, desk.acts);
const end = (desk: Desk, rest: string) =>
  endSubscription(desk.clientId, desk.filter(rest), desk.operator, desk.acts);

async function heldBy(desk: Desk, rest: string) {
  const all = await desk.dependencies.subscriptions.list(desk.clientId);
  return all.find((each) => each.filter === desk.filter(rest) && isSubscribed(each));
}

describe('an operator subscribes a session to a filter', () => {
  it('which is made, with its route, once; the others stay as they are', async () => {
    const desk = await away();
    const before = await heldBy(desk, 'a');
    expect(await put(desk, 'c/#', { qos: 2, subscriptionIdentifier: 7 })).toMatchObject({
      outcome: 'created',
      subscription: { filter: desk.filter('c/#'), qos: 2, subscriptionIdentifier: 7, isProvisioned: true },
    });
    expect((await desk.dependencies.routes.get(desk.filter('c/#')))?.retainSeconds).toBeGreaterThan(3600);
    expect(await desk.filters()).toEqual(['a', 'b', 'c/#'].map((rest) => desk.filter(rest)));
    expect(await heldBy(desk, 'a')).toEqual(before);
    expect(await put(desk, 'c/#', { qos: 2, subscriptionIdentifier: 7 })).toMatchObject({
      outcome: 'unchanged',
    });
    expect(desk.outcomesOf('subscribe')).toEqual(['created', 'unchanged']);
    expect(desk.history.at(0)).toMatchObject({
      ...desk.operator,
      incarnation: (await desk.session()).incarnation,
      detail: { filter: desk.filter('c/#'), qos: 2 },
    });
  });

  it('that it has, with another QoS or other options: since when it is owed stays', async () => {
    const desk = await away();
    expect(await put(desk, 'a')).toMatchObject({ outcome: 'unchanged' });
    expect(await put(desk, 'a', { qos: 0, noLocal: true })).toMatchObject({ outcome: 'changed' });
    expect(await heldBy(desk, 'a')).toMatchObject({ qos: 0, noLocal: true, isProvisioned: true });
    expect((await heldBy(desk, 'a'))?.subscribedAtMs[0]).toBe(T);
  });

  it('of a share group, whose messages wait from then on', async () => {
    const desk = await away();
    const filter = desk.shared('jobs');
    await putSubscription(desk.clientId, { filter, qos: 1 }, desk.operator, desk.acts);
    expect((await desk.acts.shareGroups.get(filter))?.owedFrom).toBeDefined();
    await endSubscription(desk.clientId, filter, desk.operator, desk.acts);
    expect(await desk.filters()).toEqual([desk.filter('a'), desk.filter('b')]);
  });

  it('which the service delivers also where the broker resumes its own session, which does not hold it', async () => {
    const desk = await away({ sessionExpiryInterval: 7200 }, { cleanSession: false });
    expect(await put(desk, 'a')).toMatchObject({ outcome: 'unchanged' });
    expect(newestConnection(await desk.session()).isSubscribedByOperator).toBeUndefined();
    expect(await put(desk, 'c')).toMatchObject({ outcome: 'created' });
    desk.nowMs = T + 200 * SECOND;
    await desk.handle(desk.connected(1, desk.nowMs));
    const session = await desk.session();
    expect(session).toMatchObject({ owesDelivery: true, resumedAtBroker: true });
    const { configuration, subscriptions } = desk.dependencies;
    const { policies, settings } = configuration;
    const held = await subscriptions.list(desk.clientId);
    const due = dueTo(
      session,
      held,
      choosePolicy(policies, desk.clientId),
      settings,
      desk.nowMs + 60 * SECOND,
    );
    const sinceAway = due.ranges.filter(({ upTo }) => upTo > positionAt(T + 2 * SECOND));
    expect(sinceAway).toMatchObject([{ filter: desk.filter('c'), from: positionAt(T + 100 * SECOND) }]);
    expect(desk.requests.of('deliveries')).toHaveLength(1);
  });

  it('not while its device is connected through AWS IoT Core, but for what it has', async () => {
    const desk = await away();
    await desk.handle(desk.connected(1, T + 200 * SECOND));
    expect(await put(desk, 'c')).toMatchObject({ outcome: 'refused', isOfConnection: true });
    expect(await put(desk, 'a', { qos: 0 })).toMatchObject({ outcome: 'refused', isOfConnection: true });
    expect(await put(desk, 'a')).toMatchObject({ outcome: 'unchanged' });
    expect(desk.outcomesOf('subscribe')).toEqual(['unchanged']);
  });

  it.each([
    ['a filter that is none', {}, { filter: 'a/#/b' }, 'MQTT-4.7.1-1'],
    ['a filter that is too long', {}, { filter: 'é'.repeat(501) }, '1002 bytes'],
    ['No Local of a share group', {}, { filter: '$share/g/a', noLocal: true }, 'MQTT-3.8.3-4'],
    ['what a policy leaves to the broker', { delivery: 'broker' }, { filter: 'a' }, 'leaves delivery'],
  ] as const)('not to %s', async (_, policy, wanted, reason) => {
    const desk = await away(policy);
    const done = await putSubscription(desk.clientId, { qos: 1, ...wanted }, desk.operator, desk.acts);
    expect(done).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(reason) });
    expect(desk.history).toEqual([]);
  });
});

describe('an operator unsubscribes a session from a filter', () => {
  it('which ends, once; its route is checked, the others stay as they are', async () => {
    const desk = await away();
    expect(await end(desk, 'a')).toMatchObject({ outcome: 'unsubscribed', heldByBroker: false });
    expect(await desk.filters()).toEqual([desk.filter('b')]);
    expect(desk.requests.of('routeChecks')).toMatchObject([
      { body: { filter: desk.filter('a'), step: 'mark' } },
    ]);
    expect(await end(desk, 'a')).toMatchObject({ outcome: 'notSubscribed', heldByBroker: false });
    expect(await end(desk, 'never')).toMatchObject({ outcome: 'notSubscribed' });
    expect(desk.outcomesOf('unsubscribe')).toEqual(['unsubscribed', 'notSubscribed', 'notSubscribed']);
    expect(desk.requests.of('routeChecks')).toHaveLength(1);
  });

  it('which may be subscribed again: what is owed begins then', async () => {
    const desk = await away();
    await end(desk, 'a');
    expect(await put(desk, 'a')).toMatchObject({ outcome: 'created' });
    expect((await heldBy(desk, 'a'))?.subscribedAtMs).toEqual([desk.nowMs]);
  });

  it('what the broker still holds for the client is said', async () => {
    const desk = await away({ sessionExpiryInterval: 7200 }, { cleanSession: false });
    expect(await put(desk, 'c')).toMatchObject({ outcome: 'created' });
    expect(await end(desk, 'a')).toMatchObject({ outcome: 'unsubscribed', heldByBroker: true });
    // Of what an operator has made, the broker knows nothing.
    expect(await end(desk, 'c')).toMatchObject({ outcome: 'unsubscribed', heldByBroker: false });
    expect(desk.history.at(-1)).toMatchObject({ detail: { filter: desk.filter('c'), heldByBroker: false } });
  });

  it('not while its device is connected through AWS IoT Core, but from what only an operator has made', async () => {
    const desk = await away();
    await put(desk, 'c');
    await desk.handle(desk.connected(1, T + 200 * SECOND));
    expect(await end(desk, 'a')).toMatchObject({ outcome: 'refused', isOfConnection: true });
    expect(await end(desk, 'c')).toMatchObject({ outcome: 'unsubscribed', heldByBroker: false });
    expect(await desk.filters()).toEqual([desk.filter('a'), desk.filter('b')]);
    desk.broker.grant(desk.filter('c'));
    await put(desk, 'b');
    expect(desk.outcomesOf('unsubscribe')).toEqual(['unsubscribed']);
  });

  it('of a share group not if its device has just joined the group by itself, which it stays in', async () => {
    const desk = await away();
    const filter = desk.shared('jobs');
    await putSubscription(desk.clientId, { filter, qos: 1 }, desk.operator, desk.acts);
    await desk.handle(desk.connected(1, T + 200 * SECOND));
    desk.broker.grant(filter);
    const { subscriptions } = desk.acts;
    const list = async (clientId: string) => {
      const all = await subscriptions.list(clientId);
      await desk.handle(desk.subscribed(1, T + 201 * SECOND, filter));
      return all;
    };
    const acts = { ...desk.acts, subscriptions: { ...subscriptions, list } };
    expect(await endSubscription(desk.clientId, filter, desk.operator, acts)).toMatchObject({
      outcome: 'refused',
    });
    expect((await desk.acts.shareGroups.get(filter))?.online.size).toBe(1);
  });

  it('what its device has subscribed since stays, also if that is heard of later', async () => {
    const desk = await away();
    const returned = T + 50 * SECOND;
    expect(await end(desk, 'a')).toMatchObject({ outcome: 'unsubscribed' });
    await desk.handle(desk.connected(1, returned));
    await desk.handle(desk.subscribed(1, returned + 1, desk.filter('a')));
    expect(await heldBy(desk, 'a')).toMatchObject({ subscribedAtMs: [returned + 1] });
  });
});

describe('a client without a session', () => {
  it('is not subscribed, nor unsubscribed', async () => {
    const desk = new Desk(tables());
    expect(await put(desk, 'a')).toEqual({ outcome: 'notFound' });
    expect(await end(desk, 'a')).toEqual({ outcome: 'notFound' });
    expect(desk.history).toEqual([]);
  });

  it('because an operator has ended it, either', async () => {
    const desk = await away();
    await endSession(desk.clientId, desk.operator, desk.acts);
    expect(await put(desk, 'c')).toEqual({ outcome: 'notFound' });
    expect(await end(desk, 'a')).toEqual({ outcome: 'notFound' });
    expect(await heldBy(desk, 'c')).toBeUndefined();
  });
});
