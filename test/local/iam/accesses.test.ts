import { expect, test } from 'vitest';
import { Arns } from '#local/iam/arns';
import { dynamoDbAccesses } from '#local/iam/dynamodb-accesses';
import { eventsAccesses } from '#local/iam/events-accesses';
import { iotAccesses } from '#local/iam/iot-accesses';
import { lambdaAccesses } from '#local/iam/lambda-accesses';
import type { Access } from '#local/iam/policy';
import { sqsAccesses } from '#local/iam/sqs-accesses';
import { LOCAL_ENVIRONMENT } from '#local/template/template';

const arns = new Arns(LOCAL_ENVIRONMENT);
const shown = (accesses: readonly Access[] | undefined) =>
  accesses?.map(
    ({ action, resource }) => `${action} on ${resource.replace(/^arn:aws:\w+:us-east-1:0{12}:/, '')}`,
  );

test.each([
  ['PutItem', { TableName: 'A' }, ['dynamodb:PutItem on table/A']],
  ['PutItem', { TableName: arns.table('A') }, ['dynamodb:PutItem on table/A']],
  ['Query', { TableName: 'A', IndexName: 'byB' }, ['dynamodb:Query on table/A/index/byB']],
  [
    'BatchGetItem',
    { RequestItems: { A: {}, B: {} } },
    ['dynamodb:BatchGetItem on table/A', 'dynamodb:BatchGetItem on table/B'],
  ],
  [
    'TransactWriteItems',
    { TransactItems: [{ Put: { TableName: 'A' } }, { ConditionCheck: { TableName: 'B' } }] },
    ['dynamodb:PutItem on table/A', 'dynamodb:ConditionCheckItem on table/B'],
  ],
  ['TransactGetItems', { TransactItems: [{ Get: { TableName: 'A' } }] }, ['dynamodb:GetItem on table/A']],
  ['DescribeStream', { StreamArn: 'the stream' }, ['dynamodb:DescribeStream on the stream']],
  ['ListTables', {}, ['dynamodb:ListTables on *']],
])('DynamoDB %s %j', (operation, body, expected) => {
  expect(shown(dynamoDbAccesses(operation, body, arns))).toEqual(expected);
});

test.each([
  ['SendMessage', { QueueUrl: 'http://127.0.0.1:1/000000000000/Work' }, ['sqs:SendMessage on Work']],
  ['SendMessageBatch', { QueueUrl: 'http://127.0.0.1:1/000000000000/Work' }, ['sqs:SendMessage on Work']],
  ['GetQueueUrl', { QueueName: 'Work' }, ['sqs:GetQueueUrl on Work']],
  ['ListQueues', {}, ['sqs:ListQueues on *']],
])('SQS %s %j', (operation, body, expected) => {
  expect(shown(sqsAccesses(operation, body, arns))).toEqual(expected);
});

test('EventBridge: each bus once, and the default one', () => {
  const Entries = [{ EventBusName: 'A' }, { EventBusName: 'A' }, { EventBusName: arns.eventBus('B') }, {}];
  expect(shown(eventsAccesses('PutEvents', { Entries }, arns))).toEqual([
    'events:PutEvents on event-bus/A',
    'events:PutEvents on event-bus/B',
    'events:PutEvents on event-bus/default',
  ]);
});

test.each([
  ['GET', '/connections/a%2Fb', ['iot:GetConnection on client/a/b']],
  ['GET', '/connections/a?includeSocketInformation=true', ['iot:GetConnection on client/a']],
  ['GET', '/connections/a/subscriptions', ['iot:ListSubscriptions on client/a']],
  ['POST', '/connections/a/messages?topic=t', ['iot:SendDirectMessage on client/a']],
  ['DELETE', '/connections/a', ['iot:DeleteConnection on client/a']],
  ['POST', '/topics/a/b?qos=1', ['iot:Publish on topic/a/b']],
  ['POST', '/topics/a?retain=false', ['iot:Publish on topic/a']],
  ['POST', '/topics/a?qos=1&retain=true', ['iot:Publish on topic/a', 'iot:RetainPublish on topic/a']],
  ['GET', '/retainedMessage', ['iot:ListRetainedMessages on *']],
  ['GET', '/_local/events', undefined],
])('IoT data plane: %s %s', (method, url, expected) => {
  expect(shown(iotAccesses(method, url, arns))).toEqual(expected);
});

test('Lambda: an invocation names its function', () => {
  expect(shown(lambdaAccesses('POST', '/2015-03-31/functions/probe/invocations', arns))).toEqual([
    'lambda:InvokeFunction on function:probe',
  ]);
  expect(lambdaAccesses('GET', '/2015-03-31/functions/probe/invocations', arns)).toBeUndefined();
});
