import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cleanUp } from '#edge/session-end/session-end';
import { type Provisioned, provision } from '#operator/provision/provision';
import type { WantedSession } from '#operator/provision/wanted';
import { positionAt } from '#session/position';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { useTables } from '#test/store/dynamodb/started-tables';
import { Desk } from './desk.ts';

const T = START_MS;
const tables = useTables();
const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;

function wantedOf(desk: Desk, ...rest: string[]): WantedSession {
  const subscriptions = rest.map((each) => ({ filter: desk.filter(each), qos: 1 as const }));
  return { sessionExpiryInterval: 7200, subscriptions };
}

async function heldBy(desk: Desk) {
  const all = await desk.dependencies.subscriptions.list(desk.clientId);
  const live = all.filter(({ subscribedAtMs }) => subscribedAtMs.length > 0);
  return live.map(({ filter }) => filter.slice(desk.prefix.length + 1)).sort();
}

const put = (desk: Desk, wanted: WantedSession): Promise<Provisioned> =>
  provision(desk.clientId, wanted, desk.operator, desk.acts);

describe('a session made before its device has connected', () => {
  it('waits with its subscriptions and routes, and is made once', async () => {
    const desk = new Desk(tables(), client);
    const first = await put(desk, wantedOf(desk, 'a', 'b/#'));
    expect(first).toMatchObject({
      outcome: 'created',
      session: { status: 'disconnected', endsAtMs: T + 7_200_000 },
    });
    expect(await desk.filters()).toEqual([desk.filter('a'), desk.filter('b/#')]);
    expect((await desk.dependencies.routes.get(desk.filter('b/#')))?.retainSeconds).toBeGreaterThan(7200);
    const made = await desk.session();
    desk.nowMs += 5 * SECOND;
    expect(await put(desk, wantedOf(desk, 'b/#', 'a'))).toEqual({ outcome: 'unchanged', session: made });
    expect(desk.outcomesOf('provision')).toEqual(['created', 'unchanged']);
  });

  it('is resumed by the first connection, which is owed what came since', async () => {
    const desk = new Desk(tables(), client);
    await put(desk, wantedOf(desk, 'a'));
    await desk.handle(desk.connected(0, T + 100 * SECOND));
    const session = await desk.session();
    expect(session).toMatchObject({ sessionPresent: true, owesDelivery: true, owedFrom: positionAt(T) });
    expect(await desk.filters()).toEqual([desk.filter('a')]);
    expect(desk.requests.of('deliveries')).toHaveLength(1);
  });

  it('ends with a first connection that asks for a clean start', async () => {
    const desk = new Desk(tables(), { ...client, sessionExpiryInterval: 'broker' });
    desk.broker.connectionAnswer = { outcome: 'found', value: { connected: true, cleanSession: true } };
    await put(desk, wantedOf(desk, 'a'));
    await desk.handle(desk.connected(0, T + 100 * SECOND));
    expect(await desk.session()).toMatchObject({ sessionPresent: false, endReason: 'cleanStart' });
    expect(await desk.filters()).toEqual([]);
  });

  it('has all of very many subscriptions', async () => {
    const desk = new Desk(tables(), client);
    const all = Array.from({ length: 100 }, (_, index) => String(index));
    expect((await put(desk, wantedOf(desk, ...all))).outcome).toBe('created');
    expect(await heldBy(desk)).toEqual(all.sort());
    expect((await put(desk, wantedOf(desk, ...all))).outcome).toBe('unchanged');
  });

  it('may have an interval up to the policy’s maximum', async () => {
    const desk = new Desk(tables(), { ...client, maximumSessionExpiryInterval: 900 });
    await put(desk, wantedOf(desk));
    expect((await desk.session()).sessionExpiryInterval).toBe(900);
  });

  it('comes behind a life that has ended, and keeps its subscriptions when that is cleaned up', async () => {
    const desk = new Desk(tables(), { sessionExpiryInterval: 60 });
    desk.broker.grant(desk.filter('old'), desk.filter('a'));
    await desk.handle(desk.connected(7, T));
    await desk.handle(desk.subscribed(7, T, desk.filter('old'), desk.filter('a')));
    await desk.handle(desk.disconnected(7, T + SECOND));
    const over = await desk.session();
    desk.nowMs = T + 100 * SECOND;
    expect((await put(desk, wantedOf(desk, 'a'))).outcome).toBe('created');
    expect(await desk.session()).toMatchObject({ endReason: 'expired', sessionExpiryInterval: 7200 });
    const all = { ...desk.acts, messages: desk.messages, publish: async () => {} };
    const ended = { session: over, reason: 'expired', endedAtMs: desk.nowMs, announce: false } as const;
    await cleanUp({ ...ended, isRemoved: false }, all);
    expect(await heldBy(desk)).toEqual(['a']);
    await desk.handle(desk.connected(8, T + 200 * SECOND));
    expect(await desk.session()).toMatchObject({ sessionPresent: true });
  });

  it('is what the device finds that connects at the same time, or is made of what it has begun', async () => {
    const desk = new Desk(tables(), client);
    const { sessionStarts } = desk.acts;
    let isFirst = true;
    const racing = {
      ...desk.acts,
      sessionStarts: {
        start: async (...start: Parameters<typeof sessionStarts.start>) => {
          if (isFirst) {
            isFirst = false;
            await desk.handle(desk.connected(0, T));
            await desk.handle(desk.disconnected(0, T + SECOND));
          }
          return sessionStarts.start(...start);
        },
      },
    };
    const wanted = wantedOf(desk, 'a');
    const done = await provision(desk.clientId, wanted, desk.operator, racing);
    expect(done).toMatchObject({ outcome: 'changed', session: { sessionExpiryInterval: 7200 } });
    expect((await desk.session()).connections).toHaveLength(1);
    expect(await desk.filters()).toEqual([desk.filter('a')]);
  });
});

describe('a session that is there already', () => {
  async function away(): Promise<Desk> {
    const desk = new Desk(tables());
    desk.broker.grant(desk.filter('a'), desk.filter('b'));
    await desk.handle(desk.connected(0, T));
    await desk.handle(desk.subscribed(0, T, desk.filter('a'), desk.filter('b')));
    await desk.handle(desk.disconnected(0, T + SECOND));
    desk.nowMs = T + 100 * SECOND;
    desk.requests.all.length = 0;
    return desk;
  }

  it('gets the interval and the subscriptions that are asked for, and loses the others', async () => {
    const desk = await away();
    const before = await desk.session();
    expect((await put(desk, wantedOf(desk, 'b', 'c'))).outcome).toBe('changed');
    expect(await heldBy(desk)).toEqual(['b', 'c']);
    expect(await desk.session()).toMatchObject({
      incarnation: before.incarnation,
      sessionExpiryInterval: 7200,
    });
    expect(desk.requests.of('routeChecks')).toMatchObject([
      { body: { filter: desk.filter('a'), step: 'mark' } },
    ]);
    expect((await put(desk, wantedOf(desk, 'b', 'c'))).outcome).toBe('unchanged');
  });

  it('changes the options and the QoS of a subscription, and keeps since when it is owed', async () => {
    const desk = await away();
    const [filter] = [desk.filter('a')];
    const subscriptions = [{ filter, qos: 0 as const, noLocal: true as const }];
    await put(desk, { sessionExpiryInterval: 3600, subscriptions });
    const [held] = await desk.dependencies.subscriptions.list(desk.clientId);
    expect(held).toMatchObject({ filter, qos: 0, noLocal: true, isProvisioned: true });
    expect(held?.subscribedAtMs[0]).toBe(T);
  });

  it('while its device is connected has the subscriptions that only that can make', async () => {
    const desk = await away();
    await desk.handle(desk.connected(1, T + 200 * SECOND));
    const refused = await put(desk, wantedOf(desk, 'a', 'b', 'c'));
    expect(refused).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('connected') });
    expect(await put(desk, wantedOf(desk, 'a'))).toMatchObject({ outcome: 'refused', isOfConnection: true });
    expect(await heldBy(desk)).toEqual(['a', 'b']);
    expect((await put(desk, wantedOf(desk, 'a', 'b'))).outcome).toBe('changed');
    expect((await desk.session()).sessionExpiryInterval).toBe(7200);
  });

  it('of a share group stops being a member', async () => {
    const desk = await away();
    const filter = desk.shared('jobs');
    await put(desk, { sessionExpiryInterval: 3600, subscriptions: [{ filter, qos: 1 }] });
    await put(desk, { sessionExpiryInterval: 3600, subscriptions: [] });
    expect(await heldBy(desk)).toEqual([]);
    expect((await desk.dependencies.shareGroups.get(filter))?.online.size ?? 0).toBe(0);
  });
});

describe('what is refused', () => {
  const refusedWith = async (
    policy: ConstructorParameters<typeof Desk>[1],
    wanted: Partial<WantedSession>,
    clientId?: string,
  ) => {
    const desk = new Desk(tables(), policy);
    const all = { sessionExpiryInterval: 60, subscriptions: [], ...wanted };
    const done = await provision(clientId ?? desk.clientId, all, desk.operator, desk.acts);
    expect(await desk.dependencies.sessions.get(desk.clientId)).toBeUndefined();
    return done.outcome === 'refused' ? done.reason : done.outcome;
  };
  const one = { filter: 'a', qos: 1 } as const;
  it.each([
    ['an interval of 0', client, { sessionExpiryInterval: 0 }, 'at least 1 second'],
    ['a policy that keeps no session', { ignore: true }, {}, 'ignored'],
    ['a policy that leaves delivery to the broker', { delivery: 'broker' }, {}, 'broker'],
    ['a filter that is none', client, { subscriptions: [{ filter: 'a/#/b', qos: 1 }] }, 'MQTT-4.7.1-1'],
    [
      'a filter that is too long',
      client,
      { subscriptions: [{ filter: 'é'.repeat(501), qos: 1 }] },
      '1002 bytes',
    ],
    ['a filter twice', client, { subscriptions: [one, one] }, 'twice'],
    [
      'No Local of a share group',
      client,
      { subscriptions: [{ ...one, filter: '$share/g/a', noLocal: true }] },
      'MQTT-3.8.3-4',
    ],
  ] as const)('%s', async (_, policy, wanted, reason) => {
    expect(await refusedWith(policy, wanted)).toContain(reason);
  });

  it('a client identifier that no key can hold', async () => {
    expect(await refusedWith(client, {}, 'x'.repeat(1001))).toContain('1000 bytes');
    expect(await refusedWith(client, {}, 'a\u0000b')).toContain('U+0000');
  });

  it.each([
    ['is longer than AWS IoT Core takes', 'é'.repeat(65), '130 bytes'],
    ['begins as no client’s of AWS IoT Core does', '$a', 'begins with $'],
    ['AWS IoT Core tells nothing of', 'a+b', '# or +'],
    ['AWS IoT Core tells nothing of', 'a#', '# or +'],
  ])('a client identifier that %s, where its device comes through that: %#', async (_, clientId, reason) => {
    const said = await refusedWith(client, {}, clientId);
    expect(said).toContain(reason);
    expect(said).toContain('allowed where the policy for * has a device come through AWS IoT Core');
    expect(await refusedWith({ ...client, edge: 'packets' }, {}, `${randomUUID()}${clientId}`)).toBe(
      'created',
    );
  });

  it('no client identifier that AWS IoT Core takes', async () => {
    expect(await refusedWith(client, {}, `${randomUUID()} $/é`.padEnd(127, '.'))).toBe('created');
  });
});
