import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { FILTER_INDEX } from '#store/table-definitions';
import type { Permission } from './permission.ts';
import type { Queues } from './queues.ts';
import { streamOf, type Tables } from './tables.ts';
import type { FunctionName } from './timeouts.ts';

export interface Resources {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly events: EventBus;
}

/** Per function the calls that its handler makes, and nothing else. */
export function permissionsOf(
  scope: Construct,
  resources: Resources,
): Readonly<Record<FunctionName, readonly Permission[]>> {
  const { tables, queues, events } = resources;
  return {
    Lifecycle: [
      onTable(tables.sessions, 'GetItem', 'PutItem'),
      onTable(tables.subscriptions, 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      onTable(tables.routes, 'GetItem', 'PutItem', 'UpdateItem'),
      sendTo(queues.deliveries, queues.lookUps, queues.routeChecks),
      receiveFrom(queues.lookUps),
      onClients(scope, 'GetConnection', 'ListSubscriptions', 'SendDirectMessage'),
    ],
    Ingest: [
      onTable(tables.routes, 'BatchGetItem', 'Query'),
      onTable(tables.messages, 'PutItem'),
      sendTo(queues.unrouted),
      receiveFrom(queues.unrouted),
    ],
    Deliver: [
      onTable(tables.sessions, 'GetItem', 'PutItem'),
      onTable(tables.subscriptions, 'Query'),
      onTable(tables.routes, 'BatchGetItem', 'GetItem', 'UpdateItem'),
      onTable(tables.messages, 'Query'),
      sendTo(queues.deliveries),
      receiveFrom(queues.deliveries),
      onClients(scope, 'SendDirectMessage'),
    ],
    Expire: [
      onTable(tables.sessions, 'GetItem'),
      onTable(tables.subscriptions, 'DeleteItem', 'Query'),
      onIndex(tables.subscriptions, FILTER_INDEX.indexName),
      onTable(tables.routes, 'BatchGetItem', 'UpdateItem'),
      onTable(tables.messages, 'Query'),
      sendTo(queues.routeChecks),
      receiveFrom(queues.routeChecks),
      ...readStream(tables.sessions),
      { actions: ['events:PutEvents'], resources: [events.eventBusArn] },
    ],
  };
}

function onTable(table: TableV2, ...calls: readonly string[]): Permission {
  return {
    actions: calls.map((call) => `dynamodb:${call}`),
    resources: [table.tableArn],
  };
}

function onIndex(table: TableV2, indexName: string): Permission {
  return {
    actions: ['dynamodb:Query'],
    resources: [`${table.tableArn}/index/${indexName}`],
  };
}

function sendTo(...queues: readonly Queue[]): Permission {
  return {
    actions: ['sqs:SendMessage'],
    resources: queues.map((queue) => queue.queueArn),
  };
}

/** What Lambda itself does in the name of the function to poll the queue. */
function receiveFrom(queue: Queue): Permission {
  return {
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    resources: [queue.queueArn],
  };
}

/** What Lambda itself does in the name of the function to read the stream. */
function readStream(table: TableV2): readonly Permission[] {
  return [
    {
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [streamOf(table)],
    },
    {
      actions: ['dynamodb:ListStreams'],
      resources: [`${table.tableArn}/stream/*`],
      wildcardReason:
        'ListStreams is asked of a table before its stream is known; the wildcard stands for the streams of this one table.',
    },
  ];
}

function onClients(scope: Construct, ...calls: readonly string[]): Permission {
  return {
    actions: calls.map((call) => `iot:${call}`),
    resources: [clientsArn(scope)],
    wildcardReason:
      'Client identifiers are the names of devices, which no template knows; the wildcard stands for the clients of this account in this Region.',
  };
}

function clientsArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'iot',
    resource: 'client',
    resourceName: '*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
