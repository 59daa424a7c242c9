import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#history/entry';
import { type DetailType, EVENT_SCHEMAS } from '#history/event-schemas';
import { createHistoryStore } from '#store/history/history';
import { createStatisticsStore } from '#store/statistics/statistics';
import { eventually } from '#test/local/eventually';
import { BRIEF_SECONDS, CONFIGURATION } from './configuration.ts';
import { Device, Fleet } from './fleet.ts';

const DETAIL_TYPES = Object.keys(EVENT_SCHEMAS) as DetailType[];

interface Detail {
  readonly id: string;
  readonly clientId: string;
}

describe('what happened to a client', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION);
  }, 120_000);
  afterAll(() => fleet?.stop());

  const table = (name: string) => fleet.cloud.endpoints.tables[name] ?? name;

  /** Oldest first. */
  async function historyOf(clientId: string): Promise<readonly HistoryEntry[]> {
    const store = createHistoryStore(fleet.database, table('History'), { retentionSeconds: 3_600 });
    return (await store.list(clientId, { limit: 100 })).entries.toReversed();
  }

  const told = (clientId: string, types: readonly string[]) =>
    eventually(async () => {
      const entries = await historyOf(clientId);
      expect(entries.map(({ type }) => type)).toEqual(types);
      return entries;
    }, 60_000);

  function eventsOf(clientId: string): [DetailType, Detail][] {
    return DETAIL_TYPES.flatMap((type) =>
      (fleet.events(type) as Detail[])
        .filter((detail) => detail.clientId === clientId)
        .map((detail): [DetailType, Detail] => [type, detail]),
    );
  }

  const published = (clientId: string, types: readonly DetailType[]) =>
    eventually(() => {
      const events = eventsOf(clientId);
      expect(events.map(([type]) => type).sort()).toEqual([...types].sort());
      expect(new Set(events.map(([, { id }]) => id)).size).toBe(events.length);
      for (const [type, detail] of events) EVENT_SCHEMAS[type].parse(detail);
    }, 30_000);

  it('is told from its connections, what it was brought, and who took it over', async () => {
    const clientId = 'durable-with-history';
    const filter = 'data/history/#';
    const first = await fleet.connect(clientId);
    await first.client.subscribeAsync(filter, { qos: 1 });
    await fleet.subscribed(clientId, filter);
    await first.disconnect();
    await fleet.away(clientId);
    const publisher = await fleet.connect('publisher-history');
    for (const text of ['one', 'two'])
      await publisher.client.publishAsync('data/history/a', text, { qos: 1 });
    await fleet.loggedOn('data/history/a', 2);
    const second = await fleet.connect(clientId);
    await second.client.subscribeAsync(filter, { qos: 1 });
    await eventually(() => expect(second.texts('data/history/a')).toEqual(['one', 'two']), 30_000);
    await eventually(async () =>
      expect(await fleet.session(clientId)).toMatchObject({ owesDelivery: false, delivered: 2 }),
    );
    // The run is told of when it is over, which has to be before the next connection.
    await told(clientId, ['started', 'disconnected', 'resumed', 'delivered']);
    const third = await fleet.connect(clientId);
    await eventually(async () => expect((await fleet.session(clientId))?.connections).toHaveLength(3));
    third.cut();
    const entries = await told(clientId, [
      'started',
      'disconnected',
      'resumed',
      'delivered',
      'takenOver',
      'disconnected',
    ]);
    expect(entries).toMatchObject([
      { sessionPresent: false, ipAddress: '127.0.0.1', sessionExpiryInterval: 3_600 },
      { reason: 'CLIENT_INITIATED_DISCONNECT' },
      { sessionPresent: true },
      { messages: 2 },
      { sessionPresent: true, ipAddress: '127.0.0.1' },
      { reason: 'CONNECTION_LOST' },
    ]);
    await published(clientId, [
      'session.started',
      'session.disconnected',
      'session.resumed',
      'messages.delivered',
      'session.takenOver',
      'session.resumed',
      'session.disconnected',
    ]);
  }, 90_000);

  it('is told from its expiry, what was lost with it, and what begins anew', async () => {
    const clientId = 'brief-with-history';
    const filter = 'data/lost/#';
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync(filter, { qos: 1 });
    await fleet.subscribed(clientId, filter);
    await device.disconnect();
    await fleet.away(clientId);
    const publisher = await fleet.connect('publisher-lost');
    await publisher.client.publishAsync('data/lost/a', 'lost', { qos: 1 });
    await told(clientId, ['started', 'disconnected', 'expired']);
    await fleet.connect(clientId);
    const entries = await told(clientId, ['started', 'disconnected', 'expired', 'started']);
    const [, gone, expired] = entries;
    expect(expired).toMatchObject({ lostMessages: 1, sessionExpiryInterval: BRIEF_SECONDS });
    expect((expired?.atMs ?? 0) - (gone?.atMs ?? 0)).toBe(BRIEF_SECONDS * 1_000);
    await published(clientId, [
      'session.started',
      'session.disconnected',
      'session.expired',
      'session.started',
    ]);
  }, 90_000);

  /** As operators ask for it. */
  async function ask(path: string): Promise<unknown> {
    const answer = await fetch(`${fleet.cloud.endpoints.api}${path}`);
    expect(answer.status).toBe(200);
    return answer.json();
  }

  it('is told of what a client of the packet edge has acknowledged, while it is connected and after', async () => {
    const clientId = 'acknowledging-with-history';
    const topic = 'acknowledged/a';
    const device = await Device.connect(fleet.cloud.endpoints.packets ?? '', {
      clientId,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 600 },
    });
    await device.client.subscribeAsync(topic, { qos: 2 });
    for (const qos of [1, 2, 0, 1] as const) await device.client.publishAsync(topic, `QoS ${qos}`, { qos });
    await eventually(() => expect(device.received).toHaveLength(4));
    const path = `/sessions/${clientId}`;
    await eventually(async () =>
      expect(await ask(path)).toMatchObject({ status: 'connected', delivered: 4 }),
    );
    await device.disconnect();
    await eventually(async () =>
      expect(await ask(path)).toMatchObject({ status: 'disconnected', delivered: 4 }),
    );
    await told(clientId, ['started', 'disconnected', 'delivered']);
    expect(await ask(`${path}/history`)).toMatchObject({
      entries: [{ type: 'delivered', messages: 4 }, { type: 'disconnected' }, { type: 'started' }],
    });
    await published(clientId, ['session.started', 'session.disconnected', 'messages.delivered']);
  }, 60_000);

  it('is counted for the whole fleet', async () => {
    const store = createStatisticsStore(fleet.database, table('Statistics'), { clock: Date.now });
    await eventually(async () => {
      expect(await store.read(Date.now())).toMatchObject({
        totals: {
          started: 4,
          resumed: 2,
          takenOver: 1,
          disconnected: 4,
          expired: 1,
          ended: 0,
          delivered: 6,
          dropped: 0,
        },
        connected: 1,
        disconnected: 2,
        expiring: { withinHour: 2, withinDay: 2 },
      });
    }, 30_000);
    expect(await ask('/stats')).toMatchObject({ totals: { delivered: 6 } });
    expect(fleet.cloud.queue('DeadLetters').list()).toEqual([]);
  }, 60_000);
});
