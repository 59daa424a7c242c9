import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Message } from '#session/message';
import { type Position, timeOf } from '#session/position';
import { logsOf, toItem } from './message-item.ts';

export interface Append {
  readonly filter: string;
  readonly shards: number;
  /** The longest Session Expiry Interval among the filter's subscribers. */
  readonly retainSeconds: number;
  readonly message: Message;
  /** Epoch milliseconds; it is not appended at an earlier time, however fresh it is. */
  readonly notBeforeMs?: number;
}

/** The Put of a message at a position of the filter's log; two for a straggler. */
export function logPuts(
  table: string,
  position: Position,
  { filter, shards, retainSeconds, message }: Append,
): readonly PutCommandInput[] {
  const logged = { ...message, position };
  // What it is owed for was decided when the route was made: the loss window and the interval are in it.
  const expiresAt = Math.ceil(timeOf(position) / 1000) + retainSeconds;
  return logsOf(filter, shards, logged).map((log) => ({
    TableName: table,
    Item: { ...toItem(logged, log, expiresAt) },
  }));
}
