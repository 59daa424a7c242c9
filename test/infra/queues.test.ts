import { expect, test } from 'vitest';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from './synthesized/stack.ts';

const TYPE = 'AWS::SQS::Queue';
const template = templateOf();
const queues = Object.keys(resourcesByPath(template, TYPE));
const workQueues = queues.filter((queue) => queue !== 'DeadLetters');

test('seven queues', () => {
  expect(queues.sort()).toEqual([
    'DeadLetters',
    'Deliveries',
    'LookUps',
    'OperationParts',
    'PacketRequests',
    'RouteChecks',
    'Unrouted',
  ]);
});

test.each(queues)('%s is encrypted', (queue) => {
  expect(resourceAt(template, TYPE, queue).Properties['SqsManagedSseEnabled']).toBe(true);
});

test.each(queues)('%s refuses what does not come over TLS', (queue) => {
  expect(resourceAt(template, 'AWS::SQS::QueuePolicy', `${queue}/Policy`).Properties).toMatchObject({
    Queues: [{ Ref: logicalIdAt(template, TYPE, queue) }],
    PolicyDocument: {
      Statement: [
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    },
  });
});

test.each(workQueues)('%s gives up after five receives', (queue) => {
  expect(resourceAt(template, TYPE, queue).Properties['RedrivePolicy']).toEqual({
    maxReceiveCount: 5,
    deadLetterTargetArn: { 'Fn::GetAtt': [logicalIdAt(template, TYPE, 'DeadLetters'), 'Arn'] },
  });
});

test('DeadLetters keeps what it holds for the 14 days that SQS offers', () => {
  expect(resourceAt(template, TYPE, 'DeadLetters').Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
});

test.each([
  ['Deliveries', 'Deliver'],
  ['Unrouted', 'Ingest'],
  ['LookUps', 'Lifecycle'],
  ['RouteChecks', 'Expire'],
  ['PacketRequests', 'Packets'],
  ['OperationParts', 'Operate'],
])('%s hides a message for six times the timeout of %s', (queue, name) => {
  const timeout = Number(resourceAt(template, 'AWS::Lambda::Function', name).Properties['Timeout']);
  expect(resourceAt(template, TYPE, queue).Properties['VisibilityTimeout']).toBe(6 * timeout);
});
