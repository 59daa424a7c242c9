import { setTimeout as delay } from 'node:timers/promises';
import { type AttributeMap, type DynamoDbConnection, DynamoDbRefusal } from './connection.ts';
import type { LocalTable } from './tables.ts';

export interface TimeToLiveOptions {
  /** From expiry to removal; DynamoDB itself takes up to days. */
  readonly delaySeconds: number;
  readonly observe?: (tableName: string, key: AttributeMap) => void;
}

/** What TTL has removed from one table. */
export interface RemovedItems {
  /** Whether the item of a REMOVE record was removed by TTL; true once for each removal. */
  take(key: AttributeMap): boolean;
}

const INTERVAL_MS = 500;
/** A look at the tables takes at most this part of the time, however large they grow. */
const SHARE_OF_TIME = 0.2;
/** DynamoDB leaves items alone that expired longer ago. */
const FIVE_YEARS_SECONDS = 5 * 365 * 86_400;

/**
 * Removes expired items, as DynamoDB's TTL does, after a delay. DynamoDB Local's own job has none: it comes
 * within a second or ten after expiry, and marks its records otherwise than the service, so it is left off.
 * This one knows what it removed, so that the stream's reader can mark the record as the service does.
 */
export class TimeToLive {
  private readonly connection: DynamoDbConnection;
  private readonly tables: readonly LocalTable[];
  private readonly options: TimeToLiveOptions;
  private readonly watches = new Map<string, Set<string>[]>();
  private readonly stopping = new AbortController();

  /** Tables may still be added to the list. */
  constructor(connection: DynamoDbConnection, tables: readonly LocalTable[], options: TimeToLiveOptions) {
    this.connection = connection;
    this.tables = tables;
    this.options = options;
  }

  start(): void {
    void this.run();
  }

  stop(): void {
    this.stopping.abort();
  }

  /** What is removed from a table from now on, for one reader of its stream. */
  watch(tableName: string): RemovedItems {
    const removed = new Set<string>();
    this.watches.set(tableName, [...(this.watches.get(tableName) ?? []), removed]);
    return { take: (key) => removed.delete(identityOf(key)) };
  }

  /** Removes all that is expired now; the number of items. */
  async sweep(): Promise<number> {
    let count = 0;
    for (const table of this.tables) {
      if (table.timeToLiveAttribute !== undefined) count += await this.sweepTable(table);
    }
    return count;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const startedAtMs = performance.now();
      // A table may be out of reach for a moment, such as while everything stops: the next look will do.
      await this.sweep().catch(() => 0);
      const pauseMs = Math.max(INTERVAL_MS, (performance.now() - startedAtMs) / SHARE_OF_TIME);
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  private async sweepTable(table: LocalTable): Promise<number> {
    const { timeToLiveAttribute = '', keyAttributes, name } = table;
    const nowSeconds = Date.now() / 1000;
    const names = Object.fromEntries(
      [timeToLiveAttribute, ...keyAttributes].map((each, index) => [`#${index}`, each]),
    );
    let count = 0;
    let start: AttributeMap | undefined;
    do {
      const page: { Items: AttributeMap[]; LastEvaluatedKey?: AttributeMap } = await this.connection.call(
        'Scan',
        {
          TableName: name,
          FilterExpression: '#0 < :now AND #0 > :oldest',
          ProjectionExpression: Object.keys(names).join(', '),
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: {
            ':now': { N: String(nowSeconds - this.options.delaySeconds) },
            ':oldest': { N: String(nowSeconds - FIVE_YEARS_SECONDS) },
          },
          ExclusiveStartKey: start,
        },
      );
      for (const item of page.Items) {
        if (await this.remove(table, item)) count += 1;
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined && !this.stopping.signal.aborted);
    return count;
  }

  /** False if the item has got another expiry in the meantime. */
  private async remove(table: LocalTable, item: AttributeMap): Promise<boolean> {
    const { timeToLiveAttribute = '', keyAttributes, name } = table;
    const key = Object.fromEntries(keyAttributes.map((each) => [each, item[each] ?? {}]));
    const identity = identityOf(key);
    const watches = this.watches.get(name) ?? [];
    // Before the delete, so that the record cannot be read before it is known whose it is.
    for (const removed of watches) removed.add(identity);
    try {
      await this.connection.call('DeleteItem', {
        TableName: name,
        Key: key,
        ConditionExpression: '#ttl = :seen',
        ExpressionAttributeNames: { '#ttl': timeToLiveAttribute },
        ExpressionAttributeValues: { ':seen': item[timeToLiveAttribute] },
      });
      this.options.observe?.(name, key);
      return true;
    } catch (error) {
      for (const removed of watches) removed.delete(identity);
      if (error instanceof DynamoDbRefusal && error.type === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}

function identityOf(key: AttributeMap): string {
  return JSON.stringify(
    Object.keys(key)
      .sort()
      .map((name) => [name, key[name]]),
  );
}
