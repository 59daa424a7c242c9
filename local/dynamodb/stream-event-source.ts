import { setTimeout as delay } from 'node:timers/promises';
import { failedItems } from '#local/lambda/batch-response';
import { type EventFilter, matchesAny } from '#local/lambda/event-filter';
import { streamFailureRecord } from '#local/lambda/failure-record';
import type { LambdaFunction } from '#local/lambda/lambda-function';
import type { DynamoDbConnection } from './connection.ts';
import { type ShardBatch, StreamReader, type StreamRecord } from './stream-reader.ts';
import type { RemovedItems, TimeToLive } from './time-to-live.ts';

export interface StreamEventSourceOptions {
  readonly streamArn: string;
  readonly tableName: string;
  readonly region: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  /** How long a batch that is not full waits for more. */
  readonly batchingWindowSeconds: number;
  readonly filters: readonly EventFilter[];
  readonly bisectsOnError: boolean;
  readonly reportsBatchItemFailures: boolean;
  /** Absent = until the record is too old. */
  readonly maximumRetryAttempts: number | undefined;
  readonly maximumRecordAgeSeconds: number | undefined;
  /** Takes the record of a batch that was given up. */
  readonly onFailure: ((record: string) => void) | undefined;
  readonly retryDelaySeconds: number;
}

/** How DynamoDB marks what its TTL has removed. */
const TIME_TO_LIVE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const;

/** Lambda's poller of one DynamoDB stream: in order, and a batch that fails holds up those behind it. */
export class StreamEventSource {
  private readonly reader: StreamReader;
  private readonly target: LambdaFunction;
  private readonly removed: RemovedItems;
  private readonly options: StreamEventSourceOptions;

  constructor(
    connection: DynamoDbConnection,
    target: LambdaFunction,
    timeToLive: TimeToLive,
    options: StreamEventSourceOptions,
  ) {
    this.target = target;
    this.removed = timeToLive.watch(options.tableName);
    this.options = options;
    this.reader = new StreamReader({
      connection,
      streamArn: options.streamArn,
      startingPosition: options.startingPosition,
      batchSize: options.batchSize,
      batchingWindowSeconds: options.batchingWindowSeconds,
      take: (batch) => this.take(batch),
    });
  }

  start(): void {
    this.reader.start();
  }

  stop(): void {
    this.reader.stop();
  }

  private async take({ shardId, records }: ShardBatch): Promise<void> {
    const marked = records.map((record) => this.marked(record));
    const wanted = marked.filter((record) => matchesAny(this.options.filters, record));
    for (let start = 0; start < wanted.length; start += this.options.batchSize) {
      await this.process(shardId, wanted.slice(start, start + this.options.batchSize));
    }
  }

  private marked(record: StreamRecord): StreamRecord {
    if (record.eventName !== 'REMOVE' || !this.removed.take(record.dynamodb.Keys)) return record;
    return { ...record, userIdentity: TIME_TO_LIVE };
  }

  private async process(shardId: string, records: readonly StreamRecord[]): Promise<void> {
    let batch = records;
    let attempts = 0;
    while (batch.length > 0 && !this.reader.signal.aborted) {
      const event = { Records: batch.map((record) => this.recordOf(record)) };
      const outcome = await this.target.invoke(JSON.stringify(event));
      if (this.reader.signal.aborted) return;
      const left = outcome.succeeded ? this.leftOver(batch, outcome.payload) : batch;
      if (left.length === 0) return;
      // What succeeded before the first failure is checkpointed; the rest begins its attempts anew.
      attempts = left.length < batch.length ? 1 : attempts + 1;
      batch = left;
      const condition = this.givenUp(batch, attempts);
      if (condition !== undefined) {
        this.giveUp(shardId, batch, { requestId: outcome.requestId, condition, invokeCount: attempts });
        return;
      }
      if (this.options.bisectsOnError && !outcome.succeeded && batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        await this.process(shardId, batch.slice(0, middle));
        await this.process(shardId, batch.slice(middle));
        return;
      }
      await delay(this.options.retryDelaySeconds * 1000, undefined, { signal: this.reader.signal }).catch(
        () => {},
      );
    }
  }

  /** From the first failed record on, since a stream is taken in order. */
  private leftOver(batch: readonly StreamRecord[], payload: string): readonly StreamRecord[] {
    if (!this.options.reportsBatchItemFailures) return [];
    const numbers = batch.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const failed = failedItems(payload, numbers);
    const first = numbers.findIndex((number) => failed.has(number));
    return first < 0 ? [] : batch.slice(first);
  }

  private givenUp(
    batch: readonly StreamRecord[],
    attempts: number,
  ): 'RetryAttemptsExhausted' | 'RecordAgeExceeded' | undefined {
    const { maximumRetryAttempts, maximumRecordAgeSeconds } = this.options;
    if (maximumRetryAttempts !== undefined && attempts > maximumRetryAttempts)
      return 'RetryAttemptsExhausted';
    const ageSeconds = Date.now() / 1000 - (batch[0]?.dynamodb.ApproximateCreationDateTime ?? 0);
    if (maximumRecordAgeSeconds !== undefined && ageSeconds > maximumRecordAgeSeconds)
      return 'RecordAgeExceeded';
    return undefined;
  }

  private giveUp(
    shardId: string,
    batch: readonly StreamRecord[],
    why: {
      readonly requestId: string;
      readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
      readonly invokeCount: number;
    },
  ): void {
    const [first] = batch;
    const last = batch.at(-1);
    if (first === undefined || last === undefined) return;
    this.options.onFailure?.(
      streamFailureRecord({
        ...why,
        functionArn: this.target.description.arn,
        batch: {
          shardId,
          startSequenceNumber: first.dynamodb.SequenceNumber,
          endSequenceNumber: last.dynamodb.SequenceNumber,
          approximateArrivalOfFirstRecord: arrivalOf(first),
          approximateArrivalOfLastRecord: arrivalOf(last),
          batchSize: batch.length,
          streamArn: this.options.streamArn,
        },
      }),
    );
  }

  private recordOf(record: StreamRecord): object {
    return {
      ...record,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.options.region,
      eventSourceARN: this.options.streamArn,
    };
  }
}

function arrivalOf({ dynamodb }: StreamRecord): string {
  return new Date(dynamodb.ApproximateCreationDateTime * 1000).toISOString();
}
