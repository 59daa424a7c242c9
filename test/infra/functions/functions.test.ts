import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { expect, test } from 'vitest';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from '../synthesized/stack.ts';

const TYPE = 'AWS::Lambda::Function';
const template = templateOf({ policies: [{ clients: 'durable-*', sessionExpiryInterval: 3600 }] });
const functions = Object.keys(resourcesByPath(template, TYPE));

const variables = (of: typeof template, name: string): Record<string, unknown> => {
  const environment = resourceAt(of, TYPE, name).Properties['Environment'] as {
    readonly Variables: Record<string, unknown>;
  };
  return environment.Variables;
};

test('ten functions and nothing that CDK adds for itself', () => {
  expect(functions.sort()).toEqual([
    'Api',
    'Deliver',
    'Expire',
    'Ingest',
    'Lifecycle',
    'Operate',
    'Packets',
    'Record',
    'Survey',
    'Widget',
  ]);
});

test.each(functions)('%s runs on Node 24 on ARM', (name) => {
  expect(resourceAt(template, TYPE, name).Properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
  });
});

test.each([
  ['Lifecycle', 30],
  ['Ingest', 30],
  ['Deliver', 60],
  ['Expire', 60],
  ['Packets', 30],
  ['Api', 29],
  ['Survey', 50],
  ['Widget', 15],
  ['Record', 60],
  ['Operate', 60],
])('%s has %d seconds', (name, seconds) => {
  expect(resourceAt(template, TYPE, name).Properties['Timeout']).toBe(seconds);
});

test.each(functions)('%s has 512 MB', (name) => {
  expect(resourceAt(template, TYPE, name).Properties['MemorySize']).toBe(512);
});

test('memorySize is for every function', () => {
  const larger = templateOf({ memorySize: 1024 });
  expect(functions.map((name) => resourceAt(larger, TYPE, name).Properties['MemorySize'])).toEqual(
    functions.map(() => 1024),
  );
});

test.each(functions)('%s shares the concurrency of the account', (name) => {
  expect(resourceAt(template, TYPE, name).Properties['ReservedConcurrentExecutions']).toBeUndefined();
});

test('Deliver, Operate and Packets may go on and on by their own queues; Lambda ends every other loop', () => {
  expect(
    functions.filter((name) => resourceAt(template, TYPE, name).Properties['RecursiveLoop'] === 'Allow'),
  ).toEqual(['Deliver', 'Operate', 'Packets']);
});

test.each(functions)('%s writes to a log group of its own, kept for a month', (name) => {
  const path = `${name}Logs`;
  expect(resourceAt(template, TYPE, name).Properties['LoggingConfig']).toEqual({
    LogGroup: { Ref: logicalIdAt(template, 'AWS::Logs::LogGroup', path) },
  });
  expect(resourceAt(template, 'AWS::Logs::LogGroup', path).Properties['RetentionInDays']).toBe(30);
});

test('logRetention is for every log group', () => {
  const kept = templateOf({ logRetention: RetentionDays.ONE_YEAR });
  expect(
    Object.values(resourcesByPath(kept, 'AWS::Logs::LogGroup')).map(
      ({ Properties }) => Properties['RetentionInDays'],
    ),
  ).toEqual([...functions, 'the access logs of the API'].map(() => 365));
});

const repeated = functions.filter((name) => name !== 'Survey' && name !== 'Widget');

test.each(['Survey', 'Widget'])('%s is not called again for what failed', (name) => {
  const invocations = resourceAt(template, 'AWS::Lambda::EventInvokeConfig', `${name}Invocations`);
  expect(invocations.Properties).toEqual({
    FunctionName: { Ref: logicalIdAt(template, TYPE, name) },
    Qualifier: '$LATEST',
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
  });
});

test.each(repeated)('%s keeps an event that failed three times, for six hours, in DeadLetters', (name) => {
  const invocations = resourceAt(template, 'AWS::Lambda::EventInvokeConfig', `${name}Invocations`);
  expect(invocations.Properties).toEqual({
    FunctionName: { Ref: logicalIdAt(template, TYPE, name) },
    Qualifier: '$LATEST',
    MaximumRetryAttempts: 2,
    MaximumEventAgeInSeconds: 21_600,
    DestinationConfig: {
      OnFailure: {
        Destination: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::SQS::Queue', 'DeadLetters'), 'Arn'] },
      },
    },
  });
});

const COMMON = [
  'POWERTOOLS_LOG_LEVEL',
  'POWERTOOLS_METRICS_NAMESPACE',
  'POWERTOOLS_SERVICE_NAME',
  'SESSION_CONFIGURATION',
];
const EVERY_TABLE = [
  'HISTORY_TABLE',
  'INFLIGHT_TABLE',
  'MESSAGES_TABLE',
  'ROUTES_TABLE',
  'SESSIONS_TABLE',
  'STATISTICS_TABLE',
  'SUBSCRIPTIONS_TABLE',
];
test.each([
  [
    'Lifecycle',
    [
      'DELIVERIES_QUEUE_URL',
      'LOOK_UPS_QUEUE_URL',
      'PACKET_REQUESTS_QUEUE_URL',
      'ROUTE_CHECKS_QUEUE_URL',
      'ROUTES_TABLE',
      'SESSIONS_TABLE',
      'SUBSCRIPTIONS_TABLE',
    ],
  ],
  [
    'Ingest',
    [
      'MESSAGES_TABLE',
      'PACKET_REQUESTS_QUEUE_URL',
      'ROUTES_TABLE',
      'SESSIONS_TABLE',
      'SUBSCRIPTIONS_TABLE',
      'UNROUTED_QUEUE_URL',
    ],
  ],
  [
    'Deliver',
    [
      'DELIVERIES_QUEUE_URL',
      'EVENT_BUS_NAME',
      'HISTORY_TABLE',
      'MESSAGES_TABLE',
      'ROUTES_TABLE',
      'SESSIONS_TABLE',
      'SUBSCRIPTIONS_TABLE',
    ],
  ],
  [
    'Expire',
    [
      'EVENT_BUS_NAME',
      'HISTORY_TABLE',
      'INFLIGHT_TABLE',
      'MESSAGES_TABLE',
      'ROUTES_TABLE',
      'ROUTE_CHECKS_QUEUE_URL',
      'SESSIONS_TABLE',
      'SUBSCRIPTIONS_TABLE',
      'PACKET_REQUESTS_QUEUE_URL',
    ],
  ],
  [
    'Packets',
    [
      'INFLIGHT_TABLE',
      'MESSAGES_TABLE',
      'ROUTES_TABLE',
      'ROUTE_CHECKS_QUEUE_URL',
      'SESSIONS_TABLE',
      'SUBSCRIPTIONS_TABLE',
      'PACKET_REQUESTS_QUEUE_URL',
    ],
  ],
  [
    'Api',
    [
      ...EVERY_TABLE,
      'DELIVERIES_QUEUE_URL',
      'LOOK_UPS_QUEUE_URL',
      'OPERATIONS_QUEUE_URL',
      'PACKET_REQUESTS_QUEUE_URL',
      'ROUTE_CHECKS_QUEUE_URL',
      'UNROUTED_QUEUE_URL',
    ],
  ],
  [
    'Operate',
    [
      'DELIVERIES_QUEUE_URL',
      'HISTORY_TABLE',
      'OPERATIONS_QUEUE_URL',
      'PACKET_REQUESTS_QUEUE_URL',
      'ROUTES_TABLE',
      'SESSIONS_TABLE',
      'STATISTICS_TABLE',
      'SUBSCRIPTIONS_TABLE',
    ],
  ],
  ['Survey', EVERY_TABLE],
  ['Widget', EVERY_TABLE],
  ['Record', ['EVENT_BUS_NAME', 'HISTORY_TABLE', 'STATISTICS_TABLE']],
])('%s gets the variables that it needs', (name, own) => {
  expect(Object.keys(variables(template, name)).sort()).toEqual(
    [...COMMON, ...(repeated.includes(name) ? ['DEAD_LETTERS_QUEUE_URL'] : []), ...own].sort(),
  );
});

test.each([
  ['SESSIONS_TABLE', 'AWS::DynamoDB::GlobalTable', 'Sessions'],
  ['SUBSCRIPTIONS_TABLE', 'AWS::DynamoDB::GlobalTable', 'Subscriptions'],
  ['ROUTES_TABLE', 'AWS::DynamoDB::GlobalTable', 'Routes'],
  ['MESSAGES_TABLE', 'AWS::DynamoDB::GlobalTable', 'Messages'],
  ['INFLIGHT_TABLE', 'AWS::DynamoDB::GlobalTable', 'Inflight'],
  ['HISTORY_TABLE', 'AWS::DynamoDB::GlobalTable', 'History'],
  ['STATISTICS_TABLE', 'AWS::DynamoDB::GlobalTable', 'Statistics'],
  ['DELIVERIES_QUEUE_URL', 'AWS::SQS::Queue', 'Deliveries'],
  ['UNROUTED_QUEUE_URL', 'AWS::SQS::Queue', 'Unrouted'],
  ['LOOK_UPS_QUEUE_URL', 'AWS::SQS::Queue', 'LookUps'],
  ['ROUTE_CHECKS_QUEUE_URL', 'AWS::SQS::Queue', 'RouteChecks'],
  ['PACKET_REQUESTS_QUEUE_URL', 'AWS::SQS::Queue', 'PacketRequests'],
  ['OPERATIONS_QUEUE_URL', 'AWS::SQS::Queue', 'OperationParts'],
  ['DEAD_LETTERS_QUEUE_URL', 'AWS::SQS::Queue', 'DeadLetters'],
  ['EVENT_BUS_NAME', 'AWS::Events::EventBus', 'Events'],
])('%s names the %s at %s', (variable, type, path) => {
  const named = functions
    .map((name) => variables(template, name)[variable])
    .filter((value) => value !== undefined);
  expect(named.length).toBeGreaterThan(0);
  for (const value of named) expect(value).toEqual({ Ref: logicalIdAt(template, type, path) });
});

test.each(functions)('%s reads the policies', (name) => {
  expect(variables(template, name)['SESSION_CONFIGURATION']).toBe(
    '{"policies":[{"clients":"durable-*","sessionExpiryInterval":3600}],"settings":{}}',
  );
});

test.each(functions)('%s logs from INFO on, under the name of the service', (name) => {
  expect(variables(template, name)).toMatchObject({
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_SERVICE_NAME: 'mqtt-sessions',
    POWERTOOLS_METRICS_NAMESPACE: 'MqttSessions',
  });
});

test('logLevel is for every function', () => {
  const verbose = templateOf({ logLevel: 'DEBUG' });
  expect(functions.map((name) => variables(verbose, name)['POWERTOOLS_LOG_LEVEL'])).toEqual(
    functions.map(() => 'DEBUG'),
  );
});

test('environment is added to what the functions need, and wins', () => {
  const merged = templateOf({ environment: { FLEET: 'north', POWERTOOLS_SERVICE_NAME: 'fleet' } });
  expect(variables(merged, 'Ingest')).toMatchObject({
    FLEET: 'north',
    POWERTOOLS_SERVICE_NAME: 'fleet',
    POWERTOOLS_METRICS_NAMESPACE: 'MqttSessions',
  });
});
