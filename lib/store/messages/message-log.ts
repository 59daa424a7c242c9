import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { consistentFromMs } from '#session/delivery/append-time';
import { LOG_END, type Position, positionOf } from '#session/position';
import { request } from '../requests/request.ts';
import { appendInTime } from './append-in-time.ts';
import { type Append, logPuts } from './log-put.ts';
import { mergeByPosition } from './merge-by-position.ts';
import { type FoundMessage, fromItem, isStraggler, logKey, stragglersKey } from './message-item.ts';
import { readShard, type ShardRead } from './read-shard.ts';

export type { Append } from './log-put.ts';
export type { FoundMessage } from './message-item.ts';

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
  /**
   * The messages of a filter in order of position, fetched page by page as they are taken; those that were
   * appended in time.
   */
  read(read: Read): AsyncIterable<FoundMessage>;
  /** Everything that has been appended, up to this moment: one query where there is little. */
  readAppended(read: Omit<Read, 'upTo' | 'limit'>): AsyncIterable<FoundMessage>;
  /** What was appended later than received. They are few. */
  readStragglers(read: ReadStragglers): AsyncIterable<FoundMessage>;
  /** The message at a position of a log, as `FoundMessage` names it; undefined once it has been removed. */
  get(log: string, position: Position): Promise<FoundMessage | undefined>;
}

export interface MessageLogOptions {
  readonly settleSeconds: number;
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
}

function shardsOf<Shard>(shards: number, open: (shard: number) => Shard): Shard[] {
  return Array.from({ length: Math.max(1, shards) }, (_, shard) => open(shard));
}

async function* inTime(
  messages: AsyncIterable<FoundMessage>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<FoundMessage> {
  let left = limit;
  if (left <= 0) return;
  for await (const message of messages) {
    if (isStraggler(message)) continue;
    yield message;
    left -= 1;
    if (left <= 0) return;
  }
}

/** @example createMessageLog(client, names.messages, { settleSeconds: 4, clock: Date.now }) */
export function createMessageLog(
  client: DynamoDBDocumentClient,
  table: string,
  { settleSeconds, clock }: MessageLogOptions,
): MessageLog {
  const settleMs = settleSeconds * 1000;

  async function write(position: Position, append: Append): Promise<void> {
    const puts = logPuts(table, position, append).map((put) =>
      request(`log a message for ${append.filter}`, client.send(new PutCommand(put))),
    );
    await Promise.all(puts);
  }

  function shardRead(log: string, { from, upTo }: Pick<Read, 'from' | 'upTo'>): ShardRead {
    return { client, table, log, from, upTo, consistentFromMs: consistentFromMs(clock(), settleMs) };
  }

  return {
    async append(append) {
      const { messageId, receivedAtMs } = append.message;
      const atMs = await appendInTime({
        receivedAtMs,
        notBeforeMs: append.notBeforeMs,
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
      const parts = shardsOf(shards, (shard) =>
        readShard({ ...shardRead(logKey(filter, shard), range), ...pages }),
      );
      return inTime(mergeByPosition(parts, fromItem), limit);
    },

    readAppended({ filter, shards, from, pageBytes }) {
      const pages = pageBytes === undefined ? {} : { pageBytes };
      const range = { from, upTo: LOG_END };
      const parts = shardsOf(shards, (shard) =>
        readShard({ ...shardRead(logKey(filter, shard), range), ...pages, beginConsistently: true }),
      );
      return mergeByPosition(parts, fromItem);
    },

    readStragglers({ filter, ...range }) {
      return mergeByPosition([readShard(shardRead(stragglersKey(filter), range))], fromItem);
    },

    async get(log, position) {
      const command = new GetCommand({ TableName: table, Key: { log, position }, ConsistentRead: true });
      const { Item } = await request(`read a message of the log ${log}`, client.send(command));
      return Item === undefined ? undefined : fromItem(Item);
    },
  };
}
