import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { consistentFromMs } from '#session/append-time';
import type { LoggedMessage, Message } from '#session/message';
import { type Position, positionOf, timeOf } from '#session/position';
import { appendInTime } from './append-in-time.ts';
import { mergeByPosition } from './merge-by-position.ts';
import { fromItem, isStraggler, logKey, shardOf, stragglersKey, toItem } from './message-item.ts';
import { readShard, type ShardRead } from './read-shard.ts';
import { request } from './request.ts';

export interface Append {
  readonly filter: string;
  readonly shards: number;
  /** The longest Session Expiry Interval among the filter's subscribers. */
  readonly retainSeconds: number;
  readonly message: Message;
}

export interface Read {
  readonly filter: string;
  readonly shards: number;
  /** The first position to read. */
  readonly from: Position;
  /** Not itself read; no later than the settle window allows. */
  readonly upTo: Position;
  /** How many messages at most. */
  readonly limit?: number;
  /** About how much to fetch at a time, instead of the 1 MB that DynamoDB allows. */
  readonly pageBytes?: number;
}

export type ReadStragglers = Pick<Read, 'filter' | 'from' | 'upTo'>;

/** Messages: the log of each durable filter, cut in shards by topic. */
export interface MessageLog {
  /**
   * Appends and resolves once no pump can pass the message unseen. The same append again leads to the same
   * position while it is fresh.
   */
  append(append: Append): Promise<Position>;
  /** The messages of a filter in order of position, fetched page by page as they are taken. */
  read(read: Read): AsyncIterable<LoggedMessage>;
  /** Those of them that were appended later than received, again, at the same positions. They are few. */
  readStragglers(read: ReadStragglers): AsyncIterable<LoggedMessage>;
}

export interface MessageLogOptions {
  readonly settleSeconds: number;
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
}

/** @example createMessageLog(client, names.messages, { settleSeconds: 4, clock: Date.now }) */
export function createMessageLog(
  client: DynamoDBDocumentClient,
  table: string,
  { settleSeconds, clock }: MessageLogOptions,
): MessageLog {
  const settleMs = settleSeconds * 1000;

  async function write(
    position: Position,
    { filter, shards, retainSeconds, message }: Append,
  ): Promise<void> {
    const logged = { ...message, position };
    // What it is owed for was decided when the route was made: the loss window and the interval are in it.
    const expiresAt = Math.ceil(timeOf(position) / 1000) + retainSeconds;
    const log = isStraggler(logged) ? stragglersKey(filter) : logKey(filter, shardOf(message.topic, shards));
    const put = new PutCommand({ TableName: table, Item: toItem(logged, log, expiresAt) });
    await request(`log a message for ${filter}`, client.send(put));
  }

  function shardRead(log: string, { from, upTo }: Pick<Read, 'from' | 'upTo'>): ShardRead {
    return { client, table, log, from, upTo, consistentFromMs: consistentFromMs(clock(), settleMs) };
  }

  return {
    async append(append) {
      const { messageId, receivedAtMs } = append.message;
      const atMs = await appendInTime({
        receivedAtMs,
        settleMs,
        clock,
        write: (eachAtMs) => write(positionOf(eachAtMs, messageId), append),
      });
      return positionOf(atMs, messageId);
    },

    read({ filter, shards, limit, pageBytes, ...range }) {
      const pages = {
        ...(limit === undefined ? {} : { limit }),
        ...(pageBytes === undefined ? {} : { pageBytes }),
      };
      const parts = Array.from({ length: Math.max(1, shards) }, (_, shard) =>
        readShard({ ...shardRead(logKey(filter, shard), range), ...pages }),
      );
      return mergeByPosition(parts, fromItem, limit);
    },

    readStragglers({ filter, ...range }) {
      return mergeByPosition([readShard(shardRead(stragglersKey(filter), range))], fromItem);
    },
  };
}
