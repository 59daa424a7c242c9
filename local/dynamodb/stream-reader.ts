import { setTimeout as delay } from 'node:timers/promises';
import { type AttributeMap, type DynamoDbConnection, DynamoDbRefusal } from './connection.ts';

/** A record as DynamoDB Streams gives it, which is also what Lambda's events hold. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly Keys: AttributeMap;
    readonly SequenceNumber: string;
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number;
  };
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
}

export interface ShardBatch {
  readonly shardId: string;
  readonly records: readonly StreamRecord[];
}

interface Page {
  readonly Records: readonly StreamRecord[];
  readonly NextShardIterator?: string;
}

interface Shard {
  readonly ShardId: string;
}

const POLL_MS = 100;
/** DynamoDB Local opens a new shard after hours, so looking for one now and then is enough. */
const SHARDS_MS = 5_000;

/** Reads all shards of one stream and hands their records on, in order within a shard, until it is stopped. */
export class StreamReader {
  private readonly connection: DynamoDbConnection;
  private readonly streamArn: string;
  private readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  private readonly batchSize: number;
  private readonly batchingWindowSeconds: number;
  private readonly take: (batch: ShardBatch) => Promise<void>;
  private readonly stopping = new AbortController();
  private readonly shards = new Set<string>();

  constructor(options: {
    readonly connection: DynamoDbConnection;
    readonly streamArn: string;
    readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
    readonly batchSize: number;
    readonly batchingWindowSeconds: number;
    readonly take: (batch: ShardBatch) => Promise<void>;
  }) {
    this.connection = options.connection;
    this.streamArn = options.streamArn;
    this.startingPosition = options.startingPosition;
    this.batchSize = options.batchSize;
    this.batchingWindowSeconds = options.batchingWindowSeconds;
    this.take = options.take;
  }

  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  start(): void {
    void this.findShards();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async findShards(): Promise<void> {
    let startingPosition = this.startingPosition;
    while (!this.signal.aborted) {
      for (const { ShardId } of await this.listShards()) {
        if (this.shards.has(ShardId)) continue;
        this.shards.add(ShardId);
        void this.readShard(ShardId, startingPosition);
      }
      // A shard that opens later continues one that was read: none of its records may be passed over.
      startingPosition = 'TRIM_HORIZON';
      await this.pause(SHARDS_MS);
    }
  }

  private async readShard(shardId: string, startingPosition: 'TRIM_HORIZON' | 'LATEST'): Promise<void> {
    let last: string | undefined;
    let iterator = await this.iterator(shardId, startingPosition, last);
    while (!this.signal.aborted && iterator !== undefined) {
      const page = await this.page(iterator);
      if (page === undefined) {
        await this.pause(POLL_MS);
        iterator = await this.iterator(shardId, startingPosition, last);
        continue;
      }
      iterator = page.NextShardIterator;
      if (page.Records.length === 0) {
        await this.pause(POLL_MS);
        continue;
      }
      const gathered = await this.gather(page);
      iterator = gathered.NextShardIterator;
      await this.take({ shardId, records: gathered.Records });
      last = gathered.Records.at(-1)?.dynamodb.SequenceNumber;
    }
  }

  /** A batch that is not full waits for more until its window has passed. */
  private async gather(first: Page): Promise<Page> {
    const untilMs = performance.now() + this.batchingWindowSeconds * 1000;
    let gathered = first;
    while (gathered.Records.length < this.batchSize && performance.now() < untilMs && !this.signal.aborted) {
      const iterator = gathered.NextShardIterator;
      const next = iterator === undefined ? undefined : await this.page(iterator);
      // What comes after a page that cannot be read is asked for anew, once these are taken.
      if (next === undefined) return gathered;
      gathered = { ...next, Records: [...gathered.Records, ...next.Records] };
      if (next.Records.length === 0) await this.pause(POLL_MS);
    }
    return gathered;
  }

  /** Undefined if the iterator cannot be used any more, or nothing answers. */
  private async page(iterator: string): Promise<Page | undefined> {
    try {
      return await this.connection.callStreams('GetRecords', { ShardIterator: iterator, Limit: 1000 });
    } catch (error) {
      if (this.signal.aborted || error instanceof DynamoDbRefusal || error instanceof TypeError)
        return undefined;
      throw error;
    }
  }

  private async iterator(
    shardId: string,
    startingPosition: 'TRIM_HORIZON' | 'LATEST',
    after: string | undefined,
  ): Promise<string | undefined> {
    const position =
      after === undefined
        ? { ShardIteratorType: startingPosition }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
    while (!this.signal.aborted) {
      try {
        const { ShardIterator } = await this.connection.callStreams<{ ShardIterator: string }>(
          'GetShardIterator',
          { StreamArn: this.streamArn, ShardId: shardId, ...position },
        );
        return ShardIterator;
      } catch {
        await this.pause(POLL_MS);
      }
    }
    return undefined;
  }

  private async listShards(): Promise<readonly Shard[]> {
    try {
      const { StreamDescription } = await this.connection.callStreams<{
        StreamDescription: { Shards?: readonly Shard[] };
      }>('DescribeStream', { StreamArn: this.streamArn });
      return StreamDescription.Shards ?? [];
    } catch {
      return [];
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.signal, ref: false }).catch(() => {});
  }
}
