import * as z from 'zod';
import type { DynamoDbConnection } from '#local/dynamodb/connection';
import { StreamEventSource } from '#local/dynamodb/stream-event-source';
import type { Tables } from '#local/dynamodb/tables';
import type { TimeToLive } from '#local/dynamodb/time-to-live';
import { LocalCloudError } from '#local/errors';
import { type EventFilter, parseFilter } from '#local/lambda/event-filter';
import type { Functions } from '#local/lambda/functions';
import { QueueEventSource } from '#local/sqs/queue-event-source';
import type { Queues } from '#local/sqs/queues';
import type { Environment, Resource } from '#local/template/template';
import { ignored, propertiesOf } from './properties.ts';

const mappingSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.optional(z.number()),
  Enabled: z.optional(z.literal(true)),
  FunctionResponseTypes: z.optional(z.array(z.literal('ReportBatchItemFailures'))),
  FilterCriteria: z.optional(z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) })),
  ScalingConfig: z.optional(z.strictObject({ MaximumConcurrency: z.optional(z.number()) })),
  StartingPosition: z.optional(z.enum(['TRIM_HORIZON', 'LATEST'])),
  BisectBatchOnFunctionError: z.optional(z.boolean()),
  MaximumRetryAttempts: z.optional(z.number()),
  MaximumRecordAgeInSeconds: z.optional(z.number()),
  DestinationConfig: z.optional(
    z.strictObject({ OnFailure: z.optional(z.object({ Destination: z.string() })) }),
  ),
  // Messages of a queue are handed on at once.
  MaximumBatchingWindowInSeconds: z.optional(z.number()),
  // The records of a stream come one batch after the other.
  ParallelizationFactor: ignored,
  MetricsConfig: ignored,
  Tags: ignored,
});

type Mapping = z.infer<typeof mappingSchema>;

/** What brings events from a queue or a stream to a function. */
export interface EventSource {
  start(): void;
  stop(): void;
}

export interface EventSourceContext {
  readonly functions: Functions;
  readonly queues: Queues;
  readonly tables: Tables;
  readonly connection: DynamoDbConnection;
  readonly timeToLive: TimeToLive;
  readonly environment: Environment;
  /** Invocations of one function at once. */
  readonly concurrency: number;
  readonly failureDelaySeconds: number;
}

export function createEventSource(resource: Resource, context: EventSourceContext): EventSource {
  const mapping = propertiesOf(resource, mappingSchema);
  const filters = (mapping.FilterCriteria?.Filters ?? []).map(({ Pattern }) => parseFilter(Pattern));
  const service = mapping.EventSourceArn.split(':')[2];
  if (service === 'sqs') return fromQueue(mapping, filters, context);
  if (service === 'dynamodb') return fromStream(mapping, filters, context);
  throw new LocalCloudError(
    'template.unknownProperty',
    `The local cloud cannot run ${resource.logicalId}: its event source ${mapping.EventSourceArn} is neither a queue nor the stream of a table.`,
  );
}

function fromQueue(
  mapping: Mapping,
  filters: readonly EventFilter[],
  context: EventSourceContext,
): EventSource {
  const maximum = mapping.ScalingConfig?.MaximumConcurrency ?? context.concurrency;
  return new QueueEventSource(
    context.queues.get(mapping.EventSourceArn),
    context.functions.get(mapping.FunctionName),
    {
      region: context.environment.region,
      batchSize: mapping.BatchSize ?? 10,
      maximumConcurrency: Math.min(maximum, context.concurrency),
      reportsBatchItemFailures: reportsFailures(mapping),
      filters,
      failureDelaySeconds: context.failureDelaySeconds,
    },
  );
}

function fromStream(
  mapping: Mapping,
  filters: readonly EventFilter[],
  context: EventSourceContext,
): EventSource {
  const streamArn = mapping.EventSourceArn;
  const table = context.tables.all.find((each) => each.streamArn === streamArn);
  const target = mapping.DestinationConfig?.OnFailure?.Destination;
  const queue = target === undefined ? undefined : context.queues.get(target);
  return new StreamEventSource(
    context.connection,
    context.functions.get(mapping.FunctionName),
    context.timeToLive,
    {
      streamArn,
      tableName: table?.name ?? '',
      region: context.environment.region,
      startingPosition: mapping.StartingPosition ?? 'LATEST',
      batchSize: mapping.BatchSize ?? 100,
      batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds ?? 0,
      filters,
      bisectsOnError: mapping.BisectBatchOnFunctionError ?? false,
      reportsBatchItemFailures: reportsFailures(mapping),
      maximumRetryAttempts: unlimited(mapping.MaximumRetryAttempts),
      maximumRecordAgeSeconds: unlimited(mapping.MaximumRecordAgeInSeconds),
      onFailure: queue === undefined ? undefined : (record) => void queue.send(record),
      retryDelaySeconds: context.failureDelaySeconds,
    },
  );
}

function reportsFailures({ FunctionResponseTypes }: Mapping): boolean {
  return FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false;
}

/** Lambda writes -1 for "until the record expires". */
function unlimited(value: number | undefined): number | undefined {
  return value === -1 ? undefined : value;
}
