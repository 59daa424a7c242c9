import { expect, test } from 'vitest';
import { ownDynamoDb } from '#test/store/dynamodb/shared-dynamodb';
import { useTables } from '#test/store/dynamodb/started-tables';
import { startTables } from '#test/store/dynamodb/tables';
import { measureConnectionUnits } from '../../bench/connection-units.ts';
import type { Measured } from '../../bench/figure.ts';
import { measureHistoryUnits } from '../../bench/history-units.ts';
import { silent } from '../../bench/progress.ts';
import { measureResumeUnits } from '../../bench/resume-units.ts';
import { measureRoutingUnits } from '../../bench/routing-units.ts';
import { measureSurveyUnits } from '../../bench/survey-units.ts';
import { measureWriteUnits } from '../../bench/write-units.ts';

/** The same measurements as `npm run bench`, on little data. */
const tables = useTables(async () => startTables({ dynamoDb: await ownDynamoDb() }));
const missed = ({ lines }: Measured) => lines.filter(({ verdict }) => verdict === 'missed');

test('a message is one write unit for one subscriber and for thirty', async () => {
  const measured = await measureWriteUnits(tables(), [1, 30], silent);
  expect(missed(measured)).toEqual([]);
  expect(measured.values).toEqual({ 'writeUnits.1': 1, 'writeUnits.30': 1 });
});

test('routing a message costs the same among sixteen subscriptions and among two hundred', async () => {
  const measured = await measureRoutingUnits(tables(), [16, 200], silent);
  expect(missed(measured)).toEqual([]);
  expect(measured.values).toMatchObject({ 'routingReadUnits.16': 4.5, 'routingReadUnits.200': 4.5 });
});

test('connecting, subscribing once and disconnecting is at most eight write units, each with its reason', async () => {
  const measured = await measureConnectionUnits(tables(), silent);
  expect(missed(measured)).toEqual([]);
  expect(measured.values).toMatchObject({
    'connection.new.writeUnits': 8,
    'connection.first.writeUnits': 13,
    'connection.returning.writeUnits': 8,
  });
});

test('history and counts add at most four write units to that, each with its reason', async () => {
  const measured = await measureHistoryUnits(tables(), silent);
  expect(missed(measured)).toEqual([]);
  expect(measured.values['history.writeUnits']).toBe(4);
});

test('a hundred waiting messages are delivered with few reads and writes, and no deletes', async () => {
  const measured = await measureResumeUnits(tables(), 100, silent);
  expect(missed(measured)).toEqual([]);
  expect(measured.values['resume.100.readUnits']).toBeLessThanOrEqual(20);
  expect(measured.values['resume.100.writeUnits']).toBeLessThanOrEqual(5);
});

test('a survey keeps within its read units, and looks at every session', async () => {
  const measured = await measureSurveyUnits(tables(), 60, silent);
  expect(missed(measured)).toEqual([]);
  expect(measured.values['survey.60.runs']).toBeGreaterThan(1);
});
