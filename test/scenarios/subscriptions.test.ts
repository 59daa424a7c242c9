import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';

describe('what a client that was away has subscribed to', () => {
  let fleet: Fleet;
  let publisher: Device;
  /** Clients that the service cannot reach for now. */
  const held = new Set<string>();
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET, {
      disturb: {
        failRequest: (operation, clientId) =>
          operation === 'SendDirectMessage' && held.has(clientId)
            ? { status: 404, errorType: 'ResourceNotFoundException', message: 'not connected' }
            : undefined,
      },
    });
    publisher = await fleet.connect('publisher');
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function leave(clientId: string, filters: readonly string[]): Promise<void> {
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync([...filters], { qos: 1 });
    for (const filter of filters) await fleet.subscribed(clientId, filter);
    device.cut();
    await fleet.away(clientId);
  }

  async function publish(...topics: readonly string[]): Promise<void> {
    for (const topic of topics) await publisher.client.publishAsync(topic, `on ${topic}`, { qos: 1 });
  }

  it.concurrent('is found by its wildcards, and by nothing else', async () => {
    const clientId = 'durable-wildcards';
    await leave(clientId, ['fleet/w/+/state', 'fleet/w/deep/#', 'fleet/w//empty', 'fleet/w/exact']);
    const wanted = [
      'fleet/w/a/state',
      'fleet/w//state',
      'fleet/w/deep',
      'fleet/w/deep/er/still',
      'fleet/w//empty',
      'fleet/w/exact',
    ];
    const others = ['fleet/w', 'fleet/w/a/b/state', 'fleet/w/deeper', 'fleet/w/exact/', 'fleet/w/a/State'];

    await publish(...others, ...wanted);
    const returned = await fleet.connect(clientId);

    const received = () => returned.received.map(({ topic }) => topic).sort();
    await eventually(() => expect(received()).toEqual([...wanted].sort()), 30_000);
    expect(returned.texts().sort()).toEqual(wanted.map((topic) => `on ${topic}`).sort());
  }, 60_000);

  it.concurrent('brings a message once, however many of its filters match', async () => {
    const clientId = 'durable-overlapping';
    await leave(clientId, ['fleet/o/#', 'fleet/o/+', 'fleet/o/a', 'fleet/o/a/#']);
    const topics = ['fleet/o/a', 'fleet/o/b', 'fleet/o/a', 'fleet/o/a/b'];

    await publish(...topics);
    const returned = await fleet.connect(clientId);

    await eventually(() => expect(returned.received.length).toBeGreaterThanOrEqual(4), 30_000);
    await eventually(async () => expect((await fleet.session(clientId))?.delivered).toBe(4), 40_000);
    expect(returned.received.map(({ topic }) => topic).sort()).toEqual([...topics].sort());
  }, 60_000);

  it.concurrent('goes to one member of a share group, whoever returns first', async () => {
    const shared = '$share/workers/fleet/s/#';
    const members = ['durable-worker-1', 'durable-worker-2'] as const;
    for (const member of members) await leave(member, [shared]);
    const topics = Array.from({ length: 12 }, (_, index) => `fleet/s/${index % 3}`);

    await publish(...topics);
    const returned = await Promise.all(members.map((member) => fleet.connect(member)));

    const received = () => returned.flatMap((device) => device.received.map(({ topic }) => topic)).sort();
    await eventually(() => expect(received()).toEqual([...topics].sort()), 60_000);
    // Once more, to one that has subscribed again: the broker shares out by itself.
    await Promise.all(returned.map((device) => device.client.subscribeAsync(shared, { qos: 1 })));
    await publish('fleet/s/live');
    await eventually(() => expect(received()).toEqual([...topics, 'fleet/s/live'].sort()), 40_000);
  }, 120_000);

  it.concurrent('ends with its UNSUBSCRIBE, also for what waits already', async () => {
    const clientId = 'durable-unsubscribing';
    await leave(clientId, ['fleet/u/kept', 'fleet/u/given-up']);
    await publish('fleet/u/given-up', 'fleet/u/kept');
    await eventually(async () => {
      const logged = (await fleet.items('Messages')).map((item) => item['topic']);
      expect(logged).toEqual(expect.arrayContaining(['fleet/u/given-up', 'fleet/u/kept']));
    });

    held.add(clientId);
    const returned = await fleet.connect(clientId);
    await returned.client.unsubscribeAsync('fleet/u/given-up');
    await eventually(async () => {
      const items = await fleet.items('Subscriptions');
      const living = items.filter((item) => (item['subscribedAtMs'] as number[] | undefined)?.length);
      const filters = living.filter((item) => item['clientId'] === clientId).map((item) => item['filter']);
      expect(filters).toEqual(['fleet/u/kept']);
    }, 40_000);
    held.delete(clientId);

    await eventually(() => expect(returned.texts()).toEqual(['on fleet/u/kept']), 30_000);
    returned.cut();
    await publish('fleet/u/given-up', 'fleet/u/kept');
    await fleet.away(clientId);
    const again = await fleet.connect(clientId);
    await eventually(() => expect(again.texts()).toContain('on fleet/u/kept'), 30_000);
    expect(again.texts('fleet/u/given-up')).toEqual([]);
  }, 120_000);
});
