import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Advice } from '#advice/advice';
import { adviceId } from '#advice/advice-id';
import { runSurvey, type Survey } from '#survey/survey';
import { startTables, type TestTables } from '#test/store/dynamodb/tables';
import { NOW_MS, SurveyedFleet } from './surveyed-fleet.ts';

const BUDGET = 200;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let tables: TestTables;
beforeEach(async () => {
  tables = await startTables();
});
afterEach(() => tables.stop());

const adviceIn = async ({ dependencies }: SurveyedFleet) => {
  const { advice } = await dependencies.statistics.advice<Advice>({ limit: 100 });
  return advice.map(({ kind, clientId, filter }) => `${kind} ${clientId ?? filter}`);
};

describe('what waits for a fleet', () => {
  it('is nothing where there is no session', async () => {
    const fleet = new SurveyedFleet(tables, BUDGET);
    const { survey, clients, readUnits } = await fleet.survey();
    expect(survey.waiting).toEqual({ messages: 0, bytes: 0, isEstimate: false });
    expect(clients).toBe(0);
    expect(readUnits).toBeLessThan(10);
  });

  it('is exact for a small fleet, and kept with a point for the charts', async () => {
    const fleet = new SurveyedFleet(tables, BUDGET);
    for (const name of ['a', 'b', 'c']) await fleet.away(name);
    await fleet.away('ended', { status: 'ended', endsAtMs: NOW_MS - 1_000 });
    await fleet.publish(fleet.filterOf('a'), 2);
    await fleet.publish(fleet.filterOf('c'), 3);
    await fleet.count(3);
    const { survey, clients } = await fleet.survey();
    expect(clients).toBe(3);
    expect(survey.waiting).toEqual({ messages: 5, bytes: 300, isEstimate: false });
    expect(survey).not.toHaveProperty('next');
    const { statistics } = fleet.dependencies;
    expect(await statistics.survey<Survey>()).toEqual(survey);
    expect(await statistics.points(NOW_MS - MINUTE_MS, NOW_MS)).toMatchObject([
      { atMs: NOW_MS, connected: 0, disconnected: 3, waiting: 5, totals: { started: 3 } },
    ]);
  });

  it('is an estimate for a large one, from a part of it each time, until all were looked at', async () => {
    const fleet = new SurveyedFleet(tables, 100);
    const clientIds = Array.from({ length: 90 }, (_, index) => `vehicle-${index}`);
    await Promise.all(clientIds.map((clientId) => fleet.away(clientId)));
    await Promise.all(clientIds.map((clientId) => fleet.publish(fleet.filterOf(clientId), 1)));
    await fleet.count(90);
    let looks = 0;
    let runs = 0;
    let last: Survey | undefined;
    do {
      const { survey, clients, readUnits } = await fleet.survey();
      expect(readUnits).toBeLessThanOrEqual(100);
      expect(clients).toBeGreaterThan(0);
      expect(survey.waiting).toEqual({ messages: 90, bytes: 5_400, isEstimate: true });
      looks += clients;
      runs += 1;
      fleet.nowMs += MINUTE_MS;
      last = survey;
    } while (last.next !== undefined);
    expect(looks).toBe(90);
    expect(runs).toBeGreaterThan(1);
    // The next round remembers this one.
    const { survey } = await fleet.survey();
    expect(survey).toMatchObject({ before: { sessions: 90, messages: 90 }, waiting: { messages: 90 } });
  });

  it('is the same after two runs at once as after one, and after two in one minute', async () => {
    const fleet = new SurveyedFleet(tables, 100);
    await Promise.all(Array.from({ length: 90 }, (_, index) => fleet.away(`vehicle-${index}`)));
    await fleet.count(90);
    const other = new SurveyedFleet(tables, 100);
    const [one, two] = await Promise.all([fleet.survey(), other.survey()]);
    expect(two.survey.next).toEqual(one.survey.next);
    expect(two.survey.round).toEqual(one.survey.round);
    expect(await fleet.dependencies.statistics.survey<Survey>()).toEqual(one.survey);
    const { survey } = await fleet.survey();
    expect(survey.round.sessions).toBeGreaterThan(one.survey.round.sessions);
    expect(survey.round.sessions).toBeLessThanOrEqual(90);
    expect(await fleet.dependencies.statistics.points(NOW_MS - MINUTE_MS, NOW_MS)).toHaveLength(1);
  });

  it('goes on past a session that cannot be looked at, and says so', async () => {
    const fleet = new SurveyedFleet(tables, BUDGET);
    await fleet.away('good');
    await fleet.away('bad');
    const { waiting } = fleet.dependencies;
    const broken = {
      ...fleet.dependencies,
      waiting: (...[session, subscriptions]: Parameters<typeof waiting>) => {
        if (session.clientId === 'bad') throw new Error('unreadable');
        return waiting(session, subscriptions);
      },
    };
    Object.assign(fleet, { dependencies: broken });
    const { survey, clients } = await fleet.survey();
    expect(clients).toBe(1);
    expect(fleet.problems).toEqual(['bad']);
    expect(survey.waiting.isEstimate).toBe(true);
    expect(survey).not.toHaveProperty('next');
  });

  it('keeps within its read units also where each session has much waiting', async () => {
    const fleet = new SurveyedFleet(tables, 100);
    const ofOnePage = (clientId: string) =>
      createHash('sha256').update(clientId).digest().readUInt32BE() % 8 === 0;
    const names = Array.from({ length: 150 }, (_, index) => `vehicle-${index}`);
    const clientIds = names.filter(ofOnePage).slice(0, 12);
    await Promise.all(clientIds.map((clientId) => fleet.away(clientId)));
    await Promise.all(clientIds.map((clientId) => fleet.publish(fleet.filterOf(clientId), 30, 1_000, 3_000)));
    const { readUnits, clients } = await fleet.survey();
    expect(readUnits).toBeLessThanOrEqual(100);
    expect(clients).toBeGreaterThan(2);
    expect(clients).toBeLessThan(12);
  });

  it('stops when there is no time left, and goes on there', async () => {
    const fleet = new SurveyedFleet(tables, BUDGET);
    await fleet.away('a');
    const { survey } = await runSurvey(fleet.dependencies, () => false);
    expect(survey).toMatchObject({ next: { shard: 0 }, round: { sessions: 0 } });
    expect((await fleet.survey()).clients).toBe(1);
  });
});

describe('advice', () => {
  it('is kept while it holds, and gone when it no longer does', async () => {
    const fleet = new SurveyedFleet(tables, BUDGET);
    await fleet.away('vehicle-7', { endsAtMs: NOW_MS + 90_000_000, sessionExpiryInterval: 90_000 });
    await fleet.away('vehicle-8', { endsAtMs: NOW_MS + 90_000_000, sessionExpiryInterval: 180_000 });
    fleet.nowMs = NOW_MS + 89_000_000;
    const { statistics } = fleet.dependencies;
    const outdated = { kind: 'intervalTooLong', severity: 'info', clientId: 'vehicle-8' } as const;
    const another = { ...outdated, clientId: 'vehicle-9' };
    await statistics.putAdvice([outdated, another].map((each) => ({ id: adviceId(each), ...each })));
    await fleet.survey();
    expect((await adviceIn(fleet)).sort()).toEqual(['intervalTooLong vehicle-9', 'neverResumed vehicle-7']);
  });

  it('on a client that was taken over comes at once, wherever the round is', async () => {
    const fleet = new SurveyedFleet(tables, 100);
    const clientIds = Array.from({ length: 90 }, (_, index) => `vehicle-${index}`);
    await Promise.all(clientIds.map((clientId) => fleet.away(clientId)));
    await fleet.survey();
    const shared = clientIds.find((clientId) => !fleet.looked.includes(clientId)) ?? '';
    const count = fleet.looked.length;
    await fleet.takenOver(shared, 6);
    await fleet.survey();
    expect(fleet.looked[count]).toBe(shared);
    expect(fleet.looked.lastIndexOf(shared)).toBe(count);
    expect(await adviceIn(fleet)).toEqual([`sharedClientId ${shared}`]);
  });

  it('names a filter that logs a flood, and neither a narrow one nor one with a burst', async () => {
    const fleet = new SurveyedFleet(tables, BUDGET);
    const sinceThen = 9.5 * MINUTE_MS - 1_250;
    fleet.nowMs -= sinceThen;
    for (const filter of ['orders/all/new', 'orders/#']) await fleet.publish(filter, 25, 50);
    fleet.nowMs += sinceThen;
    for (const filter of ['orders/all/new', 'orders/#', 'each-minute/#']) await fleet.publish(filter, 25, 10);
    await fleet.publish('quiet/#', 25, 10_000);
    await fleet.survey();
    expect(await adviceIn(fleet)).toEqual(['broadFilter orders/#']);
    fleet.nowMs += HOUR_MS;
    await fleet.survey();
    expect(await adviceIn(fleet)).toEqual([]);
  });
});
