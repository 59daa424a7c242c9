import { failedItems } from '#local/lambda/batch-response';
import { type EventFilter, matchesAny } from '#local/lambda/event-filter';
import type { LambdaFunction } from '#local/lambda/lambda-function';
import type { Queue, StoredMessage } from './queue.ts';
import { systemAttributes } from './sqs-api.ts';

export interface QueueEventSourceOptions {
  readonly region: string;
  readonly batchSize: number;
  /** Invocations at once. */
  readonly maximumConcurrency: number;
  readonly reportsBatchItemFailures: boolean;
  readonly filters: readonly EventFilter[];
  /**
   * A message that failed returns after this at the latest, and not only after the visibility timeout, which
   * lasts minutes.
   */
  readonly failureDelaySeconds: number;
}

/** How long to sleep when nothing is in the queue; a message that is sent wakes at once. */
const IDLE_MS = 60_000;

/** Lambda's poller of one queue: hands batches to the function and deletes what succeeded. */
export class QueueEventSource {
  private readonly queue: Queue;
  private readonly target: LambdaFunction;
  private readonly options: QueueEventSourceOptions;
  private readonly stopping = new AbortController();
  private running = 0;
  private freed: (() => void) | undefined;

  constructor(queue: Queue, target: LambdaFunction, options: QueueEventSourceOptions) {
    this.queue = queue;
    this.target = target;
    this.options = options;
  }

  start(): void {
    void this.poll();
  }

  stop(): void {
    this.stopping.abort();
    this.freed?.();
  }

  private async poll(): Promise<void> {
    const { batchSize, maximumConcurrency } = this.options;
    while (!this.stopping.signal.aborted) {
      if (this.running >= maximumConcurrency) {
        await new Promise<void>((resolve) => {
          this.freed = resolve;
        });
        continue;
      }
      const batch = this.queue.receive(batchSize);
      if (batch.length === 0) {
        await this.queue.wait(IDLE_MS, this.stopping.signal);
        continue;
      }
      this.running += 1;
      void this.process(batch).finally(() => {
        this.running -= 1;
        this.freed?.();
      });
    }
  }

  private async process(batch: readonly StoredMessage[]): Promise<void> {
    const records = batch.map((message) => this.recordOf(message));
    const wanted = records.filter((record) => matchesAny(this.options.filters, bodyParsed(record)));
    const failed = wanted.length === 0 ? new Set<string>() : await this.invoke(wanted);
    if (this.stopping.signal.aborted) return;
    for (const { messageId, receiptHandle = '' } of batch) {
      if (!failed.has(messageId)) this.queue.delete(receiptHandle);
      else this.queue.changeVisibility(receiptHandle, this.returnDelaySeconds());
    }
  }

  private returnDelaySeconds(): number {
    return Math.min(this.options.failureDelaySeconds, this.queue.options.visibilityTimeoutSeconds);
  }

  private async invoke(records: readonly QueueRecord[]): Promise<ReadonlySet<string>> {
    const ids = records.map(({ messageId }) => messageId);
    const outcome = await this.target.invoke(JSON.stringify({ Records: records }));
    if (!outcome.succeeded) return new Set(ids);
    if (!this.options.reportsBatchItemFailures) return new Set();
    return failedItems(outcome.payload, ids);
  }

  private recordOf(message: StoredMessage): QueueRecord {
    return {
      messageId: message.messageId,
      receiptHandle: message.receiptHandle ?? '',
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: Object.fromEntries(
        Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          { dataType: DataType, stringValue: StringValue, binaryValue: BinaryValue },
        ]),
      ),
      md5OfBody: message.md5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.queue.options.arn,
      awsRegion: this.options.region,
    };
  }
}

interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: object;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** A filter sees a JSON body parsed. */
function bodyParsed(record: QueueRecord): object {
  try {
    return { ...record, body: JSON.parse(record.body) as unknown };
  } catch {
    return record;
  }
}
