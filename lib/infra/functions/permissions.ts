import { type ArnComponents, ArnFormat, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { CLIENT_INDEX, FILTER_INDEX, STATUS_INDEX } from '#store/table-definitions';
import { LISTENER_QUEUE_PREFIX } from '../names.ts';
import type { Permission } from '../permission.ts';
import type { Queues } from '../queues.ts';
import { streamOf, type Tables } from '../tables.ts';
import type { FunctionName } from './function-name.ts';

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
      onTable(tables.routes, 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      sendTo(queues.deliveries, queues.lookUps, queues.routeChecks, queues.packetRequests),
      receiveFrom(queues.lookUps),
      onClients(scope, 'GetConnection', 'ListSubscriptions', 'SendDirectMessage'),
    ],
    Ingest: [
      onTable(tables.routes, 'BatchGetItem', 'Query'),
      onTable(tables.messages, 'PutItem'),
      // For subscribers of the packet edge that are online.
      onTable(tables.sessions, 'BatchGetItem'),
      onIndex(tables.subscriptions, FILTER_INDEX.indexName),
      onListenerQueues(scope, 'SendMessage'),
      sendTo(queues.packetRequests, queues.unrouted),
      receiveFrom(queues.unrouted),
    ],
    Deliver: [
      onTable(tables.sessions, 'GetItem', 'PutItem'),
      onTable(tables.subscriptions, 'Query'),
      onTable(tables.routes, 'BatchGetItem', 'GetItem', 'UpdateItem'),
      onTable(tables.messages, 'Query'),
      // What a run has brought.
      onTable(tables.history, 'BatchWriteItem'),
      publishTo(events),
      sendTo(queues.deliveries),
      receiveFrom(queues.deliveries),
      onClients(scope, 'SendDirectMessage'),
    ],
    Expire: [
      // To count what a flow has delivered before it is removed.
      onTable(tables.sessions, 'GetItem', 'PutItem'),
      onTable(tables.subscriptions, 'DeleteItem', 'Query'),
      onIndex(tables.subscriptions, FILTER_INDEX.indexName),
      onTable(tables.routes, 'BatchGetItem', 'UpdateItem'),
      onTable(tables.messages, 'Query'),
      onTable(tables.inflight, 'DeleteItem', 'GetItem'),
      sendTo(queues.routeChecks, queues.packetRequests),
      receiveFrom(queues.routeChecks),
      ...readStream(tables.sessions),
      // What was lost with a session.
      onTable(tables.history, 'UpdateItem'),
      publishTo(events),
    ],
    // A transaction needs the permissions of its parts.
    Packets: [
      onTable(tables.sessions, 'BatchGetItem', 'GetItem', 'PutItem'),
      onIndex(tables.sessions, STATUS_INDEX.indexName),
      onTable(tables.subscriptions, 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      onIndex(tables.subscriptions, FILTER_INDEX.indexName),
      onTable(tables.routes, 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      onTable(tables.messages, 'DeleteItem', 'GetItem', 'PutItem', 'Query'),
      onTable(tables.inflight, 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
      sendTo(queues.packetRequests, queues.routeChecks),
      receiveFrom(queues.packetRequests),
      onListenerQueues(scope, 'DeleteQueue', 'SendMessage'),
      publishToBroker(scope),
      onClients(scope, 'SendDirectMessage'),
    ],
    Api: [
      onTable(tables.sessions, 'BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'),
      onIndex(tables.sessions, CLIENT_INDEX.indexName),
      onIndex(tables.sessions, STATUS_INDEX.indexName),
      onTable(
        tables.subscriptions,
        'BatchGetItem',
        'DeleteItem',
        'GetItem',
        'PutItem',
        'Query',
        'UpdateItem',
      ),
      onIndex(tables.subscriptions, FILTER_INDEX.indexName),
      onTable(tables.routes, 'BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      onTable(tables.messages, 'GetItem', 'Query'),
      onTable(tables.inflight, 'GetItem', 'PutItem'),
      onTable(tables.history, 'BatchWriteItem', 'Query'),
      onTable(tables.statistics, 'GetItem', 'PutItem', 'Query'),
      sendTo(
        queues.deliveries,
        queues.lookUps,
        queues.operationParts,
        queues.packetRequests,
        queues.routeChecks,
        queues.unrouted,
      ),
      lookAt(queues.deadLetters),
      onListenerQueues(scope, 'SendMessage'),
      onClients(scope, 'DeleteConnection', 'GetConnection'),
    ],
    Operate: [
      onTable(tables.sessions, 'GetItem', 'PutItem'),
      onIndex(tables.sessions, STATUS_INDEX.indexName),
      onTable(tables.subscriptions, 'Query'),
      onTable(tables.routes, 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      onTable(tables.history, 'BatchWriteItem'),
      onTable(tables.statistics, 'GetItem', 'PutItem'),
      sendTo(queues.deliveries, queues.operationParts, queues.packetRequests),
      receiveFrom(queues.operationParts),
      onListenerQueues(scope, 'SendMessage'),
      onClients(scope, 'DeleteConnection'),
    ],
    Survey: [
      onTable(tables.sessions, 'BatchGetItem'),
      onIndex(tables.sessions, CLIENT_INDEX.indexName),
      onTable(tables.subscriptions, 'Query'),
      onIndex(tables.subscriptions, FILTER_INDEX.indexName),
      onTable(tables.routes, 'BatchGetItem', 'Query'),
      onTable(tables.messages, 'Query'),
      onTable(tables.inflight, 'GetItem'),
      onTable(tables.history, 'Query'),
      onTable(tables.statistics, 'BatchWriteItem', 'GetItem', 'PutItem', 'Query'),
    ],
    Widget: [
      onTable(tables.sessions, 'GetItem'),
      onTable(tables.subscriptions, 'Query'),
      onTable(tables.routes, 'BatchGetItem'),
      onTable(tables.messages, 'Query'),
      onTable(tables.inflight, 'GetItem'),
      onTable(tables.history, 'Query'),
      onTable(tables.statistics, 'GetItem', 'Query'),
    ],
    Record: [
      ...readStream(tables.sessions),
      onTable(tables.history, 'BatchWriteItem', 'UpdateItem'),
      onTable(tables.statistics, 'GetItem', 'PutItem', 'UpdateItem'),
      publishTo(events),
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

function publishTo(events: EventBus): Permission {
  return { actions: ['events:PutEvents'], resources: [events.eventBusArn] };
}

function sendTo(...queues: readonly Queue[]): Permission {
  return {
    actions: ['sqs:SendMessage'],
    resources: queues.map((queue) => queue.queueArn),
  };
}

/** What operators look at, and may have handled again. */
function lookAt(queue: Queue): Permission {
  return {
    actions: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'],
    resources: [queue.queueArn],
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
    resources: [arnOf(scope, { service: 'iot', resource: 'client', resourceName: '*' })],
    wildcardReason:
      'Client identifiers are the names of devices, which no template knows; the wildcard stands for the clients of this account in this Region.',
  };
}

/** The queues of listeners, which make them when they start. */
function onListenerQueues(scope: Construct, ...calls: readonly string[]): Permission {
  return {
    actions: calls.map((call) => `sqs:${call}`),
    resources: [
      arnOf(scope, {
        service: 'sqs',
        resource: `${LISTENER_QUEUE_PREFIX}*`,
        arnFormat: ArnFormat.NO_RESOURCE_NAME,
      }),
    ],
    wildcardReason:
      'Each listener process makes a queue of its own, which no template knows; the wildcard stands for those of this account in this Region.',
  };
}

function publishToBroker(scope: Construct): Permission {
  return {
    actions: ['iot:Publish', 'iot:RetainPublish'],
    resources: [arnOf(scope, { service: 'iot', resource: 'topic', resourceName: '*' })],
    wildcardReason:
      'Clients choose the topics of their messages, which no template knows; the wildcard stands for the topics of this account in this Region.',
  };
}

function arnOf(scope: Construct, components: ArnComponents): string {
  return Stack.of(scope).formatArn({ arnFormat: ArnFormat.SLASH_RESOURCE_NAME, ...components });
}
