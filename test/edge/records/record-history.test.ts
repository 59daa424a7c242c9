import { describe, expect, it } from 'vitest';
import {
  type RecordedWrite,
  type RecordHistoryDependencies,
  recordHistory,
} from '#edge/records/record-history';
import type { PublishedEvent } from '#history/event-schemas';
import { createHistoryStore } from '#store/history/history';
import { createStatisticsStore } from '#store/statistics/statistics';
import { useTables } from '../../store/dynamodb/started-tables.ts';
import { Edge, SECOND, START_MS } from '../world/edge.ts';
import { Killer } from '../world/killed.ts';
import { RecordedWrites } from '../world/recorded-writes.ts';

const T = START_MS;
const tables = useTables();

/** Where one test records, with what it can look at. */
function newRecord() {
  const { names, newClient } = tables();
  const published: PublishedEvent[] = [];
  const clock = () => T;
  const client = newClient();
  const dependencies: RecordHistoryDependencies = {
    history: createHistoryStore(client, names.history, { retentionSeconds: 3_600 }),
    statistics: createStatisticsStore(client, names.statistics, { clock }),
    publish: async (events) => void published.push(...events),
    clock,
  };
  return { dependencies, published };
}

const totals = async () =>
  (await createStatisticsStore(tables().newClient(), tables().names.statistics, { clock: () => T }).read(T))
    .totals;

const entriesOf = async (clientId: string) => {
  const { names, newClient } = tables();
  const store = createHistoryStore(newClient(), names.history, { retentionSeconds: 3_600 });
  return (await store.list(clientId, { limit: 100 })).entries.toReversed();
};

/**
 * A client that connects, drops, returns, is taken over, leaves and expires; its events come twice.
 *
 * @param endedForMs so long before it takes the next connection the broker ends the one that it ends for it
 */
async function liveTwice(endedForMs?: number) {
  const edge = new Edge(tables());
  const writes = new RecordedWrites(edge.dependencies.configuration);
  const dependencies = { ...edge.dependencies, sessions: writes.of(edge.dependencies.sessions) };
  const events = [
    edge.connected(0, T, { ipAddress: '203.0.113.1', principalIdentifier: 'one' }),
    edge.disconnected(0, T + 10 * SECOND),
    edge.connected(1, T + 20 * SECOND, { ipAddress: '203.0.113.2' }),
    ...(endedForMs === undefined
      ? []
      : [edge.disconnected(1, T + 30 * SECOND - endedForMs, { disconnectReason: 'DUPLICATE_CLIENTID' })]),
    edge.connected(2, T + 30 * SECOND, { ipAddress: '203.0.113.3' }),
    edge.disconnected(2, T + 40 * SECOND, { disconnectReason: 'CLIENT_INITIATED_DISCONNECT' }),
  ];
  for (const event of events) {
    await edge.handle(event, dependencies);
    await edge.handle(event, dependencies);
  }
  writes.expire(edge.clientId);
  return { clientId: edge.clientId, writes: writes.take() };
}

const STORY = [
  { type: 'started', atMs: T, ipAddress: '203.0.113.1', principal: 'one', sessionExpiryInterval: 3600 },
  { type: 'disconnected', atMs: T + 10 * SECOND, reason: 'CONNECTION_LOST' },
  { type: 'resumed', atMs: T + 20 * SECOND, ipAddress: '203.0.113.2', sessionPresent: true },
  { type: 'takenOver', atMs: T + 30 * SECOND, ipAddress: '203.0.113.3', sessionPresent: true },
  { type: 'disconnected', atMs: T + 40 * SECOND, reason: 'CLIENT_INITIATED_DISCONNECT' },
  { type: 'expired', atMs: T + 3640 * SECOND, sessionExpiryInterval: 3600 },
];
const COUNTED = { started: 1, resumed: 2, takenOver: 1, disconnected: 2, expired: 1, ended: 0 };
const PUBLISHED = [
  'session.started',
  'session.disconnected',
  'session.resumed',
  'session.takenOver',
  'session.resumed',
  'session.disconnected',
];

/** What was counted since, since tests share their tables. */
async function countedBy(run: () => Promise<void>) {
  const before = await totals();
  await run();
  const after = await totals();
  return Object.fromEntries(
    Object.keys(COUNTED).map((name) => [name, after[name as 'started'] - before[name as 'started']]),
  );
}

describe('what happened, recorded from the writes of sessions', () => {
  it('is each thing once, also when every lifecycle event is handled twice', async () => {
    const { clientId, writes } = await liveTwice();
    const { dependencies, published } = newRecord();
    const counted = await countedBy(() => recordHistory(writes, dependencies));
    expect(await entriesOf(clientId)).toMatchObject(STORY);
    expect(counted).toEqual(COUNTED);
    expect(published.map(({ detailType }) => detailType)).toEqual(PUBLISHED);
  });

  it.each([-5, 0, 5])(
    'is a takeover also when the broker ends a connection %d ms before it takes the one that it ends it for',
    async (endedForMs) => {
      const { clientId, writes } = await liveTwice(endedForMs);
      const { dependencies, published } = newRecord();
      const counted = await countedBy(() => recordHistory(writes, dependencies));
      expect(await entriesOf(clientId)).toMatchObject(STORY);
      expect(counted).toEqual(COUNTED);
      expect(published.map(({ detailType }) => detailType)).toEqual(PUBLISHED);
    },
  );

  it('is each thing once when a batch is tried again, whole and in parts', async () => {
    const { clientId, writes } = await liveTwice();
    const { dependencies, published } = newRecord();
    const middle = Math.floor(writes.length / 2);
    const counted = await countedBy(async () => {
      for (const batch of [writes, writes, writes.slice(0, middle), writes.slice(middle)]) {
        await recordHistory(batch, dependencies);
      }
    });
    expect(await entriesOf(clientId)).toMatchObject(STORY);
    expect(counted).toEqual(COUNTED);
    expect(published).toHaveLength(3 * PUBLISHED.length);
    expect(new Set(published.map(({ detail }) => detail.id)).size).toBe(PUBLISHED.length);
  });

  it.each([false, true])(
    'is each thing once when the function dies at any call, after it: %s, and the batch is halved',
    async (afterwards) => {
      for (let call = 0; ; call += 1) {
        const { clientId, writes } = await liveTwice();
        const { dependencies, published } = newRecord();
        const killer = new Killer(call, afterwards);
        const threatened = killer.threaten(dependencies, ['history', 'statistics']);
        const dying = killer.threaten({ publisher: { publish: dependencies.publish } }, ['publisher']);
        const counted = await countedBy(async () => {
          await recordHistory(writes, { ...threatened, publish: dying.publisher.publish }).catch(() => {});
          for (const half of halves(writes)) await recordHistory(half, dependencies);
        });
        expect(await entriesOf(clientId)).toMatchObject(STORY);
        expect(counted).toEqual(COUNTED);
        expect(new Set(published.map(({ detail }) => detail.id)).size).toBe(PUBLISHED.length);
        if (!killer.hasStruck) return;
      }
    },
  );

  it('notes who was taken over, for the survey', async () => {
    const { clientId, writes } = await liveTwice();
    const { dependencies } = newRecord();
    await recordHistory(writes, dependencies);
    const store = createStatisticsStore(tables().newClient(), tables().names.statistics, { clock: () => T });
    expect(await store.takenOver(T - 60 * SECOND)).toContain(clientId);
  });

  it('writes nothing for writes that tell nothing', async () => {
    const edge = new Edge(tables());
    const writes = new RecordedWrites(edge.dependencies.configuration);
    const sessions = writes.of(edge.dependencies.sessions);
    await edge.handle(edge.connected(0, T), { ...edge.dependencies, sessions });
    writes.take();
    const session = await edge.session();
    await sessions.write({ ...session, revision: session.revision + 1 }, session.revision);
    const { dependencies, published } = newRecord();
    const counted = await countedBy(() => recordHistory(writes.take(), dependencies));
    expect(new Set(Object.values(counted))).toEqual(new Set([0]));
    expect(await entriesOf(edge.clientId)).toEqual([]);
    expect(published).toEqual([]);
  });
});

function halves(writes: readonly RecordedWrite[]): readonly (readonly RecordedWrite[])[] {
  const middle = Math.ceil(writes.length / 2);
  return [writes.slice(0, middle), writes.slice(middle)];
}
