import { expect, test } from 'vitest';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from '../synthesized/stack.ts';

const TYPE = 'AWS::Lambda::EventSourceMapping';
const template = templateOf();
const QUEUES = [
  ['Deliveries', 'Deliver'],
  ['Unrouted', 'Ingest'],
  ['LookUps', 'Lifecycle'],
  ['RouteChecks', 'Expire'],
  ['PacketRequests', 'Packets'],
  ['OperationParts', 'Operate'],
] as const;
const stream = resourceAt(template, TYPE, 'SessionsToExpire').Properties;

test('six queues and one stream, which has two readers, feed functions', () => {
  expect(Object.keys(resourcesByPath(template, TYPE)).sort()).toEqual(
    [...QUEUES.map(([queue, name]) => `${queue}To${name}`), 'SessionsToExpire', 'SessionsToRecord'].sort(),
  );
});

test.each(QUEUES)('%s feeds %s', (queue, name) => {
  expect(resourceAt(template, TYPE, `${queue}To${name}`).Properties).toMatchObject({
    EventSourceArn: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::SQS::Queue', queue), 'Arn'] },
    FunctionName: { Ref: logicalIdAt(template, 'AWS::Lambda::Function', name) },
  });
});

test.each(QUEUES)('%s hands %s at most ten at once, each of which may fail alone', (queue, name) => {
  expect(resourceAt(template, TYPE, `${queue}To${name}`).Properties).toMatchObject({
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('100 deliver functions run at once', () => {
  expect(resourceAt(template, TYPE, 'DeliveriesToDeliver').Properties['ScalingConfig']).toEqual({
    MaximumConcurrency: 100,
  });
});

test('deliveryConcurrency changes that', () => {
  const wider = templateOf({ deliveryConcurrency: 1000 });
  expect(resourceAt(wider, TYPE, 'DeliveriesToDeliver').Properties['ScalingConfig']).toEqual({
    MaximumConcurrency: 1000,
  });
});

test.each([1, 1001, 2.5, Number.NaN])('a deliveryConcurrency of %d is refused', (deliveryConcurrency) => {
  expect(() => templateOf({ deliveryConcurrency })).toThrow(
    `deliveryConcurrency: ${deliveryConcurrency} came; allowed: a whole number from 2 to 1000, which is what an SQS event source takes`,
  );
});

const READERS = ['Expire', 'Record'] as const;

test.each(READERS)('the stream of Sessions feeds %s', (name) => {
  expect(resourceAt(template, TYPE, `SessionsTo${name}`).Properties).toMatchObject({
    EventSourceArn: {
      'Fn::GetAtt': [logicalIdAt(template, 'AWS::DynamoDB::GlobalTable', 'Sessions'), 'StreamArn'],
    },
    FunctionName: { Ref: logicalIdAt(template, 'AWS::Lambda::Function', name) },
  });
});

test.each(READERS)(
  'the stream is read from its beginning for %s, so that nothing is missed while the stack is made',
  (name) => {
    expect(resourceAt(template, TYPE, `SessionsTo${name}`).Properties['StartingPosition']).toBe(
      'TRIM_HORIZON',
    );
  },
);

test('Record gets every write of a session, a hundred at a time, and waits a second for company', () => {
  const { Properties } = resourceAt(template, TYPE, 'SessionsToRecord');
  expect(Properties).toMatchObject({ BatchSize: 100, MaximumBatchingWindowInSeconds: 1 });
  expect(Properties['FilterCriteria']).toBeUndefined();
});

test('the stream hands Expire what TTL removed and what ended a life, and nothing else', () => {
  const { Filters } = stream['FilterCriteria'] as {
    readonly Filters: readonly { readonly Pattern: string }[];
  };
  expect(Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
    { eventName: ['REMOVE'], userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] } },
    {
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { endedIncarnation: { S: [{ exists: true }] } } },
    },
  ]);
});

test.each(READERS)(
  'a record that %s fails on is found by halving, tried again ten times, then kept in DeadLetters',
  (name) => {
    expect(resourceAt(template, TYPE, `SessionsTo${name}`).Properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 86_400,
      DestinationConfig: {
        OnFailure: {
          Destination: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::SQS::Queue', 'DeadLetters'), 'Arn'] },
        },
      },
    });
  },
);

test.each([...QUEUES, ['Sessions', 'Expire'] as const, ['Sessions', 'Record'] as const])(
  'the mapping from %s waits for the policy of %s, which Lambda checks',
  (source, name) => {
    expect(resourceAt(template, TYPE, `${source}To${name}`)['DependsOn']).toContain(
      logicalIdAt(template, 'AWS::IAM::Policy', `${name}Role/DefaultPolicy`),
    );
  },
);
