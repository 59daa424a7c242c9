import { expect, test } from 'vitest';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from '../synthesized/stack.ts';

const template = templateOf({ durableTopics: ['devices/#'] });

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function statementsOf(name: string): Statement[] {
  const policy = resourceAt(template, 'AWS::IAM::Policy', `${name}Role/DefaultPolicy`);
  return (policy.Properties['PolicyDocument'] as { readonly Statement: Statement[] }).Statement;
}

/** What a role may do, as `action on resource`, sorted. */
function allowed(name: string): string[] {
  return statementsOf(name)
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((arn) => `${action} on ${readable(arn)}`)),
    )
    .sort();
}

const TYPES = [
  'AWS::DynamoDB::GlobalTable',
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
  'AWS::Events::EventBus',
];
const pathsById = new Map(
  TYPES.flatMap((type) =>
    Object.keys(resourcesByPath(template, type)).map(
      (path) => [logicalIdAt(template, type, path), path] as const,
    ),
  ),
);

/** The ARN as its path below the construct: `Sessions`, `Sessions.StreamArn`, `Subscriptions/index/byFilter`. */
function readable(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const [intrinsic, argument] = Object.entries(arn as object)[0] ?? [];
  if (intrinsic === 'Fn::Join') return (argument[1] as unknown[]).map(readable).join('');
  if (intrinsic === 'Ref') return argument;
  const path = pathsById.get(argument[0]) ?? argument[0];
  return argument[1] === 'Arn' ? path : `${path}.${argument[1]}`;
}

const calls = (service: string, resource: string, ...actions: readonly string[]) =>
  actions.map((action) => `${service}:${action} on ${resource}`);
const CLIENTS = 'arn:AWS::Partition:iot:AWS::Region:AWS::AccountId:client/*';
const TOPICS = 'arn:AWS::Partition:iot:AWS::Region:AWS::AccountId:topic/*';
const LISTENERS = 'arn:AWS::Partition:sqs:AWS::Region:AWS::AccountId:mqtt-sessions-listener-*';
const POLL = ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'] as const;

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  Lifecycle: [
    ...calls('dynamodb', 'Sessions', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'Subscriptions', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...calls('dynamodb', 'Routes', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...calls('sqs', 'Deliveries', 'SendMessage'),
    ...calls('sqs', 'LookUps', 'SendMessage', ...POLL),
    ...calls('sqs', 'RouteChecks', 'SendMessage'),
    ...calls('sqs', 'PacketRequests', 'SendMessage'),
    ...calls('iot', CLIENTS, 'GetConnection', 'ListSubscriptions', 'SendDirectMessage'),
  ],
  Ingest: [
    ...calls('dynamodb', 'Routes', 'BatchGetItem', 'Query'),
    ...calls('dynamodb', 'Messages', 'PutItem'),
    ...calls('dynamodb', 'Sessions', 'BatchGetItem'),
    ...calls('dynamodb', 'Subscriptions/index/byFilter', 'Query'),
    ...calls('sqs', 'Unrouted', 'SendMessage', ...POLL),
    ...calls('sqs', 'PacketRequests', 'SendMessage'),
    ...calls('sqs', LISTENERS, 'SendMessage'),
  ],
  Deliver: [
    ...calls('dynamodb', 'Sessions', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'Subscriptions', 'Query'),
    ...calls('dynamodb', 'Routes', 'BatchGetItem', 'GetItem', 'UpdateItem'),
    ...calls('dynamodb', 'Messages', 'Query'),
    ...calls('dynamodb', 'History', 'BatchWriteItem'),
    ...calls('events', 'Events', 'PutEvents'),
    ...calls('sqs', 'Deliveries', 'SendMessage', ...POLL),
    ...calls('iot', CLIENTS, 'SendDirectMessage'),
  ],
  Expire: [
    ...calls('dynamodb', 'Sessions', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'Sessions.StreamArn', 'DescribeStream', 'GetRecords', 'GetShardIterator'),
    ...calls('dynamodb', 'Sessions/stream/*', 'ListStreams'),
    ...calls('dynamodb', 'Subscriptions', 'DeleteItem', 'Query'),
    ...calls('dynamodb', 'Subscriptions/index/byFilter', 'Query'),
    ...calls('dynamodb', 'Routes', 'BatchGetItem', 'UpdateItem'),
    ...calls('dynamodb', 'Messages', 'Query'),
    ...calls('dynamodb', 'Inflight', 'DeleteItem', 'GetItem'),
    ...calls('dynamodb', 'History', 'UpdateItem'),
    ...calls('sqs', 'RouteChecks', 'SendMessage', ...POLL),
    ...calls('sqs', 'PacketRequests', 'SendMessage'),
    ...calls('events', 'Events', 'PutEvents'),
  ],
  Packets: [
    ...calls('dynamodb', 'Sessions', 'BatchGetItem', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'Sessions/index/byStatus', 'Query'),
    ...calls('dynamodb', 'Subscriptions', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...calls('dynamodb', 'Subscriptions/index/byFilter', 'Query'),
    ...calls('dynamodb', 'Routes', 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...calls('dynamodb', 'Messages', 'DeleteItem', 'GetItem', 'PutItem', 'Query'),
    ...calls('dynamodb', 'Inflight', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...calls('sqs', 'PacketRequests', 'SendMessage', ...POLL),
    ...calls('sqs', 'RouteChecks', 'SendMessage'),
    ...calls('sqs', LISTENERS, 'DeleteQueue', 'SendMessage'),
    ...calls('iot', TOPICS, 'Publish', 'RetainPublish'),
    ...calls('iot', CLIENTS, 'SendDirectMessage'),
  ],
  Api: [
    ...calls('dynamodb', 'Sessions', 'BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'Sessions/index/byClientId', 'Query'),
    ...calls('dynamodb', 'Sessions/index/byStatus', 'Query'),
    ...calls(
      'dynamodb',
      'Subscriptions',
      'BatchGetItem',
      'DeleteItem',
      'GetItem',
      'PutItem',
      'Query',
      'UpdateItem',
    ),
    ...calls('dynamodb', 'Subscriptions/index/byFilter', 'Query'),
    ...calls('dynamodb', 'Routes', 'BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...calls('dynamodb', 'Messages', 'GetItem', 'Query'),
    ...calls('dynamodb', 'Inflight', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'History', 'BatchWriteItem', 'Query'),
    ...calls('dynamodb', 'Statistics', 'GetItem', 'PutItem', 'Query'),
    ...calls('sqs', 'DeadLetters', 'ChangeMessageVisibility', 'DeleteMessage', 'ReceiveMessage'),
    ...calls('sqs', 'Deliveries', 'SendMessage'),
    ...calls('sqs', 'LookUps', 'SendMessage'),
    ...calls('sqs', 'OperationParts', 'SendMessage'),
    ...calls('sqs', 'PacketRequests', 'SendMessage'),
    ...calls('sqs', 'RouteChecks', 'SendMessage'),
    ...calls('sqs', 'Unrouted', 'SendMessage'),
    ...calls('sqs', LISTENERS, 'SendMessage'),
    ...calls('iot', CLIENTS, 'DeleteConnection', 'GetConnection'),
  ],
  Operate: [
    ...calls('dynamodb', 'Sessions', 'GetItem', 'PutItem'),
    ...calls('dynamodb', 'Sessions/index/byStatus', 'Query'),
    ...calls('dynamodb', 'Subscriptions', 'Query'),
    ...calls('dynamodb', 'Routes', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...calls('dynamodb', 'History', 'BatchWriteItem'),
    ...calls('dynamodb', 'Statistics', 'GetItem', 'PutItem'),
    ...calls('sqs', 'Deliveries', 'SendMessage'),
    ...calls('sqs', 'OperationParts', 'SendMessage', ...POLL),
    ...calls('sqs', 'PacketRequests', 'SendMessage'),
    ...calls('sqs', LISTENERS, 'SendMessage'),
    ...calls('iot', CLIENTS, 'DeleteConnection'),
  ],
  Survey: [
    ...calls('dynamodb', 'Sessions', 'BatchGetItem'),
    ...calls('dynamodb', 'Sessions/index/byClientId', 'Query'),
    ...calls('dynamodb', 'Subscriptions', 'Query'),
    ...calls('dynamodb', 'Subscriptions/index/byFilter', 'Query'),
    ...calls('dynamodb', 'Routes', 'BatchGetItem', 'Query'),
    ...calls('dynamodb', 'Messages', 'Query'),
    ...calls('dynamodb', 'Inflight', 'GetItem'),
    ...calls('dynamodb', 'History', 'Query'),
    ...calls('dynamodb', 'Statistics', 'BatchWriteItem', 'GetItem', 'PutItem', 'Query'),
  ],
  Widget: [
    ...calls('dynamodb', 'Sessions', 'GetItem'),
    ...calls('dynamodb', 'Subscriptions', 'Query'),
    ...calls('dynamodb', 'Routes', 'BatchGetItem'),
    ...calls('dynamodb', 'Messages', 'Query'),
    ...calls('dynamodb', 'Inflight', 'GetItem'),
    ...calls('dynamodb', 'History', 'Query'),
    ...calls('dynamodb', 'Statistics', 'GetItem', 'Query'),
  ],
  Record: [
    ...calls('dynamodb', 'Sessions.StreamArn', 'DescribeStream', 'GetRecords', 'GetShardIterator'),
    ...calls('dynamodb', 'Sessions/stream/*', 'ListStreams'),
    ...calls('dynamodb', 'History', 'BatchWriteItem', 'UpdateItem'),
    ...calls('dynamodb', 'Statistics', 'GetItem', 'PutItem', 'UpdateItem'),
    ...calls('events', 'Events', 'PutEvents'),
  ],
};

const names = Object.keys(EXPECTED);

test.each(names)('%s may do exactly what it does', (name) => {
  const everyFunction = [
    ...calls('logs', `${name}Logs`, 'CreateLogStream', 'PutLogEvents'),
    // Nobody is to send these again.
    ...(name === 'Survey' || name === 'Widget' ? [] : calls('sqs', 'DeadLetters', 'SendMessage')),
  ];
  expect(allowed(name)).toEqual([...(EXPECTED[name] ?? []), ...everyFunction].sort());
});

test('no action has a wildcard', () => {
  expect(
    names
      .flatMap(statementsOf)
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => action.includes('*')),
  ).toEqual([]);
});

test.each([...names.map((name) => `${name}Role`), 'Rules/ErrorRole'])(
  '%s has no policy that AWS manages',
  (path) => {
    expect(resourceAt(template, 'AWS::IAM::Role', path).Properties['ManagedPolicyArns']).toBeUndefined();
  },
);

test('there are no other roles and policies', () => {
  expect(Object.keys(resourcesByPath(template, 'AWS::IAM::Role')).sort()).toEqual(
    [...names.map((name) => `${name}Role`), 'Rules/ErrorRole'].sort(),
  );
  expect(Object.keys(resourcesByPath(template, 'AWS::IAM::Policy')).sort()).toEqual(
    names.map((name) => `${name}Role/DefaultPolicy`).sort(),
  );
});

test.each(names)('only Lambda takes the role of %s', (name) => {
  expect(
    resourceAt(template, 'AWS::IAM::Role', `${name}Role`).Properties['AssumeRolePolicyDocument'],
  ).toMatchObject({
    Statement: [
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ],
  });
});
