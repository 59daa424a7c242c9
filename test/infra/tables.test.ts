import { RemovalPolicy } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { resourceAt, resourcesByPath, templateOf } from './synthesized/stack.ts';

const TYPE = 'AWS::DynamoDB::GlobalTable';
const template = templateOf();
const tables = Object.keys(resourcesByPath(template, TYPE));

const key = (name: string, type: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: type });

test('seven tables', () => {
  expect(tables.sort()).toEqual([
    'History',
    'Inflight',
    'Messages',
    'Routes',
    'Sessions',
    'Statistics',
    'Subscriptions',
  ]);
});

test.each([
  ['Sessions', [key('clientId', 'HASH')]],
  ['Subscriptions', [key('clientId', 'HASH'), key('filter', 'RANGE')]],
  ['Routes', [key('kind', 'HASH'), key('value', 'RANGE')]],
  ['Messages', [key('log', 'HASH'), key('position', 'RANGE')]],
  ['Inflight', [key('clientId', 'HASH')]],
  ['History', [key('clientId', 'HASH'), key('entry', 'RANGE')]],
  ['Statistics', [key('kind', 'HASH'), key('value', 'RANGE')]],
])('%s has its key', (table, schema) => {
  expect(resourceAt(template, TYPE, table).Properties['KeySchema']).toEqual(schema);
});

test.each([
  ['Sessions', 'byStatus', [key('statusShard', 'HASH'), key('statusOrder', 'RANGE')]],
  ['Sessions', 'byClientId', [key('shard', 'HASH'), key('clientId', 'RANGE')]],
  ['Subscriptions', 'byFilter', [key('routedFilter', 'HASH'), key('clientId', 'RANGE')]],
])('%s has index %s of keys only', (table, IndexName, KeySchema) => {
  expect(resourceAt(template, TYPE, table).Properties['GlobalSecondaryIndexes']).toContainEqual({
    IndexName,
    KeySchema,
    Projection: { ProjectionType: 'KEYS_ONLY' },
  });
});

test('only Sessions has a stream, with new and old images', () => {
  const streams = tables.map((table) => [
    table,
    resourceAt(template, TYPE, table).Properties['StreamSpecification'],
  ]);
  expect(streams.filter(([, stream]) => stream !== undefined)).toEqual([
    ['Sessions', { StreamViewType: 'NEW_AND_OLD_IMAGES' }],
  ]);
});

test.each(tables)('%s expires items by expiresAt', (table) => {
  expect(resourceAt(template, TYPE, table).Properties['TimeToLiveSpecification']).toEqual({
    AttributeName: 'expiresAt',
    Enabled: true,
  });
});

test.each(tables)('%s can be restored to a point in time', (table) => {
  expect(resourceAt(template, TYPE, table).Properties['Replicas']).toMatchObject([
    { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
  ]);
});

test.each(tables)('%s is encrypted with the key that AWS manages in the account', (table) => {
  expect(resourceAt(template, TYPE, table).Properties['SSESpecification']).toEqual({
    SSEEnabled: true,
    SSEType: 'KMS',
  });
});

test.each(tables)('%s is paid for on demand, without a ceiling', (table) => {
  const { Properties } = resourceAt(template, TYPE, table);
  expect(Properties['BillingMode']).toBe('PAY_PER_REQUEST');
  expect(Properties['WriteOnDemandThroughputSettings']).toBeUndefined();
});

test.each(tables)('%s is retained when it leaves the stack', (table) => {
  const { DeletionPolicy, UpdateReplacePolicy } = resourceAt(template, TYPE, table);
  expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
});

test.each(tables)('%s is protected against deletion', (table) => {
  expect(resourceAt(template, TYPE, table).Properties['Replicas']).toMatchObject([
    { DeletionProtectionEnabled: true },
  ]);
});

test('removalPolicy decides what becomes of the tables', () => {
  const destroyed = templateOf({ removalPolicy: RemovalPolicy.DESTROY });
  expect(tables.map((table) => resourceAt(destroyed, TYPE, table)['DeletionPolicy'])).toEqual(
    tables.map(() => 'Delete'),
  );
});

test('deletionProtection can be taken off', () => {
  const open = templateOf({ deletionProtection: false });
  for (const table of tables) {
    expect(resourceAt(open, TYPE, table).Properties['Replicas']).toMatchObject([
      { DeletionProtectionEnabled: false },
    ]);
  }
});

test('maximumThroughput is a ceiling for each table', () => {
  const capped = templateOf({ maximumThroughput: { readRequestUnits: 500, writeRequestUnits: 100 } });
  for (const table of tables) {
    expect(resourceAt(capped, TYPE, table).Properties).toMatchObject({
      WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 100 },
      Replicas: [{ ReadOnDemandThroughputSettings: { MaxReadRequestUnits: 500 } }],
    });
  }
});

test.each([
  ['readRequestUnits', { readRequestUnits: 0, writeRequestUnits: 1 }, 0],
  ['writeRequestUnits', { readRequestUnits: 1, writeRequestUnits: 1.5 }, 1.5],
])('a ceiling that is no whole number is refused: %s', (name, maximumThroughput, came) => {
  expect(() => templateOf({ maximumThroughput })).toThrow(
    `maximumThroughput.${name}: ${came} came; allowed: a whole number from 1 of request units a second`,
  );
});
