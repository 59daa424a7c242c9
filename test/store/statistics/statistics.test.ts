import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CounterChanges, RecordedChanges } from '#history/counts';
import { createStatisticsStore, type StatisticsStore } from '#store/statistics/statistics';
import { observed } from '../dynamodb/observed.ts';
import { startTables, type TestTables } from '../dynamodb/tables.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The beginning of a day. */
const DAY = 20_000 * DAY_MS;

let tables: TestTables;
let client: DynamoDBDocumentClient;
let store: StatisticsStore;
let nowMs: number;

beforeAll(async () => {
  tables = await startTables();
  client = tables.newClient();
  store = createStatisticsStore(client, tables.names.statistics, { clock: () => nowMs });
});
beforeEach(async () => {
  nowMs = DAY;
  for (const value of ['0', '1', '2', '3']) {
    await client.send(
      new DeleteCommand({ TableName: tables.names.statistics, Key: { kind: 'counts', value } }),
    );
  }
});
afterAll(() => tables.stop());

let records = 0;

function recorded(changes: Partial<CounterChanges>, clientId = 'client'): RecordedChanges {
  records += 1;
  return {
    clientId,
    recordId: `record ${records}`,
    changes: { totals: {}, gauges: {}, expiring: [], ...changes },
  };
}

const waits = (endsAtMs: number, sessionExpiryInterval: number, count: 1 | -1 = 1) =>
  recorded({
    gauges: { disconnected: count },
    expiring: [{ endsAtMs, sessionExpiryInterval, count }],
  });

describe('the counts', () => {
  it('are all 0 before anything has happened', async () => {
    const counts = await store.read(nowMs);
    expect(counts).toMatchObject({ connected: 0, disconnected: 0, expiredNotRemoved: 0 });
    expect(new Set(Object.values(counts.totals))).toEqual(new Set([0]));
    expect(counts.expiring).toEqual({ withinHour: 0, withinDay: 0 });
  });

  it('are the sums of what the records say, of all clients', async () => {
    const clients = Array.from({ length: 40 }, (_, index) => `client ${index}`);
    await store.add(
      clients.map((clientId) => recorded({ totals: { started: 1 }, gauges: { connected: 1 } }, clientId)),
    );
    await store.add([recorded({ totals: { dropped: 7 }, gauges: { connected: -1, disconnected: 1 } })]);
    const counts = await store.read(nowMs);
    expect(counts).toMatchObject({ connected: 39, disconnected: 1, totals: { started: 40, dropped: 7 } });
  });

  it('count a record once, also when it comes again with others or twice in one batch', async () => {
    const [one, two, three] = ['a', 'b', 'c'].map((clientId) =>
      recorded({ totals: { resumed: 1 } }, clientId),
    );
    if (one === undefined || two === undefined || three === undefined) throw new Error('Three are needed');
    await store.add([one, two]);
    await store.add([one, two]);
    await store.add([two, three]);
    await store.add([three, one, one]);
    expect((await store.read(nowMs)).totals.resumed).toBe(3);
  });

  it('count each record of batches that are counted at the same time', async () => {
    const batches = Array.from({ length: 6 }, (_, batch) =>
      Array.from({ length: 10 }, (__, index) =>
        recorded({ totals: { disconnected: 1 } }, `client ${batch} ${index}`),
      ),
    );
    await Promise.all([...batches, ...batches].map((batch) => store.add(batch)));
    expect((await store.read(nowMs)).totals.disconnected).toBe(60);
  });

  it('remember a full batch until it may have come again, and cost one unit for a single record', async () => {
    const ownClient = tables.newClient();
    const unitsOf = observed(ownClient);
    const own = createStatisticsStore(ownClient, tables.names.statistics, { clock: () => nowMs });
    const batch = Array.from({ length: 100 }, (_, index) =>
      recorded(
        {
          totals: { disconnected: 1 },
          gauges: { connected: -1, disconnected: 1 },
          expiring: [{ endsAtMs: DAY + index * HOUR_MS, sessionExpiryInterval: 7 * 86_400, count: 1 }],
        },
        `client ${index}`,
      ),
    );
    await own.add(batch);
    await own.add(batch);
    expect((await own.read(nowMs)).totals.disconnected).toBe(100);
    const { writeUnits } = await unitsOf(() => own.add([recorded({ totals: { resumed: 1 } })]));
    expect(writeUnits).toBe(1);
    const { readUnits } = await unitsOf(() => own.read(nowMs));
    expect(readUnits).toBeLessThanOrEqual(1);
  });
});

describe('sessions that are about to end', () => {
  it('are told for the next hour and day, and apart from those that have ended', async () => {
    await store.add([
      waits(DAY + 30 * MINUTE_MS, 3_600),
      waits(DAY + 90 * MINUTE_MS, 86_400),
      waits(DAY + 30 * HOUR_MS, 86_400 * 2),
      waits(DAY + 40 * DAY_MS, 86_400 * 60),
    ]);
    expect(await store.read(DAY)).toMatchObject({
      disconnected: 4,
      expiredNotRemoved: 0,
      expiring: { withinHour: 1, withinDay: 2 },
    });
    expect(await store.read(DAY + HOUR_MS)).toMatchObject({
      disconnected: 3,
      expiredNotRemoved: 1,
      expiring: { withinHour: 1, withinDay: 1 },
    });
    expect(await store.read(DAY + 45 * DAY_MS)).toMatchObject({ disconnected: 0, expiredNotRemoved: 4 });
  });

  it('are no more when their client returns, or TTL removes them, however late', async () => {
    await store.add([waits(DAY + 30 * MINUTE_MS, 60), waits(DAY + 30 * MINUTE_MS, 86_400)]);
    nowMs = DAY + 10 * DAY_MS;
    await store.add([waits(nowMs + 30 * MINUTE_MS, 60)]);
    expect(await store.read(nowMs)).toMatchObject({ disconnected: 1, expiredNotRemoved: 2 });
    await store.add([
      waits(DAY + 30 * MINUTE_MS, 60, -1),
      waits(DAY + 30 * MINUTE_MS, 86_400, -1),
      waits(nowMs + 30 * MINUTE_MS, 60, -1),
    ]);
    expect(await store.read(nowMs)).toMatchObject({ disconnected: 0, expiredNotRemoved: 0 });
  });
});

describe('points over time', () => {
  it('are kept a minute, and thinned for a long time', async () => {
    const { totals } = await store.read(nowMs);
    for (let minute = 0; minute < 30; minute += 1) {
      const atMs = DAY + minute * MINUTE_MS + 250;
      await store.putPoint({ atMs, connected: minute, disconnected: 0, waiting: 0, totals });
    }
    const fine = await store.points(DAY + 10 * MINUTE_MS, DAY + 20 * MINUTE_MS);
    expect(fine.map(({ connected }) => connected)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    const coarse = await store.points(DAY - 6 * DAY_MS, DAY + DAY_MS);
    expect(coarse.map(({ connected }) => connected)).toEqual([9, 19, 29]);
    expect(fine[0]).toEqual({
      atMs: DAY + 10 * MINUTE_MS + 250,
      connected: 10,
      disconnected: 0,
      waiting: 0,
      totals,
    });
  });
});

describe('findings of the survey', () => {
  it('keep advice by its id until it is outdated or old', async () => {
    const advice = ['broadFilter:a/#', 'sharedClientId:a', 'sharedClientId:b'].map((id) => ({
      id,
      evidence: { takeovers: 3 },
    }));
    await store.putAdvice(advice);
    await store.putAdvice(advice.slice(0, 1), ['sharedClientId:b']);
    expect(await store.advice({ limit: 10 })).toEqual({ advice: advice.slice(0, 2) });
    expect(await store.advice({ limit: 10, prefix: 'shared' })).toEqual({ advice: [advice[1]] });
    const first = await store.advice({ limit: 1 });
    expect(first).toEqual({ advice: [advice[0]], nextKey: 'broadFilter:a/#' });
    expect(await store.advice({ limit: 10, startKey: first.nextKey ?? '' })).toEqual({ advice: [advice[1]] });
    nowMs += 8 * DAY_MS;
    expect(await store.advice({ limit: 10 })).toEqual({ advice: [] });
  });

  it('keep the last survey', async () => {
    expect(await store.survey()).toBeUndefined();
    await store.putSurvey({ surveyedAtMs: 1 });
    await store.putSurvey({ surveyedAtMs: 2, filters: ['a'] });
    expect(await store.survey()).toEqual({ surveyedAtMs: 2, filters: ['a'] });
  });
});

describe('an operation in the background', () => {
  it('is kept if nobody else has written it meanwhile', async () => {
    const operation = {
      operationId: 'one',
      revision: 1,
      status: 'running' as const,
      examined: 0,
      ended: 0,
      startedAtMs: DAY,
      actor: 'somebody',
      request: { clients: '*', idleSeconds: 60 },
    };
    expect(await store.operation('one')).toBeUndefined();
    expect(await store.putOperation(operation, undefined)).toEqual({ written: true });
    const again = await store.putOperation({ ...operation, actor: 'other' }, undefined);
    expect(again).toEqual({ written: false, current: operation });
    const next = { ...operation, revision: 2, examined: 50, nextKey: 'k' };
    expect(await store.putOperation(next, 1)).toEqual({ written: true });
    expect(await store.putOperation(next, 1)).toEqual({ written: false, current: next });
    expect(await store.operation('one')).toEqual(next);
  });
});
