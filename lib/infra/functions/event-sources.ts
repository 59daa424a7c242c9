import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import {
  EventSourceMapping,
  type EventSourceMappingProps,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Queues } from '../queues.ts';
import { streamOf, type Tables } from '../tables.ts';
import type { SessionFunctions } from './function-name.ts';

export interface EventSourcesProps {
  readonly functions: SessionFunctions;
  readonly queues: Queues;
  readonly tables: Tables;
  readonly deliveryConcurrency: number;
}

/**
 * Which queue or stream feeds which function. Plain mappings and not the `SqsEventSource` family, whose
 * grants go beyond the actions that Lambda needs.
 */
export function connectEventSources(scope: Construct, props: EventSourcesProps): void {
  const { functions, queues, tables } = props;
  fromQueue(scope, 'DeliveriesToDeliver', queues.deliveries, functions.deliver, {
    maxConcurrency: props.deliveryConcurrency,
  });
  fromQueue(scope, 'UnroutedToIngest', queues.unrouted, functions.ingest);
  fromQueue(scope, 'LookUpsToLifecycle', queues.lookUps, functions.lifecycle);
  fromQueue(scope, 'RouteChecksToExpire', queues.routeChecks, functions.expire);
  fromQueue(scope, 'PacketRequestsToPackets', queues.packetRequests, functions.packets);
  fromQueue(scope, 'OperationPartsToOperate', queues.operationParts, functions.operate);
  fromStream(scope, 'SessionsToExpire', tables.sessions, functions.expire, {
    deadLetters: queues.deadLetters,
    filters: [removedByTimeToLive, endedALife],
  });
  fromStream(scope, 'SessionsToRecord', tables.sessions, functions.record, {
    deadLetters: queues.deadLetters,
    // What is recorded can wait for company: entries are written and counted together.
    maxBatchingWindow: Duration.seconds(1),
  });
}

function fromQueue(
  scope: Construct,
  id: string,
  queue: Queue,
  target: IFunction,
  props: Partial<EventSourceMappingProps> = {},
): void {
  afterPolicy(
    target,
    new EventSourceMapping(scope, id, {
      eventSourceArn: queue.queueArn,
      target,
      batchSize: 10,
      reportBatchItemFailures: true,
      ...props,
    }),
  );
}

function fromStream(
  scope: Construct,
  id: string,
  table: TableV2,
  target: IFunction,
  { deadLetters, ...props }: { readonly deadLetters: Queue } & Partial<EventSourceMappingProps>,
): void {
  afterPolicy(
    target,
    new EventSourceMapping(scope, id, {
      eventSourceArn: streamOf(table),
      target,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 10,
      // The stream itself keeps a record no longer.
      maxRecordAge: Duration.hours(24),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
      ...props,
    }),
  );
}

/** TTL deletes in the name of the service, which tells them from deletes that somebody asked for. */
const removedByTimeToLive = FilterCriteria.filter({
  eventName: FilterRule.isEqual('REMOVE'),
  userIdentity: {
    type: FilterRule.isEqual('Service'),
    principalId: FilterRule.isEqual('dynamodb.amazonaws.com'),
  },
});

/** A write that ended a life of the client identifier names it, for the clean-up. */
const endedALife = FilterCriteria.filter({
  eventName: FilterRule.or('INSERT', 'MODIFY'),
  dynamodb: { NewImage: { endedIncarnation: { S: FilterRule.exists() } } },
});

/** Lambda checks the role when the mapping is made, so the policy must be there first. */
function afterPolicy(target: IFunction, mapping: EventSourceMapping): void {
  const policy = target.role?.node.tryFindChild('DefaultPolicy');
  if (policy !== undefined) mapping.node.addDependency(policy);
}
