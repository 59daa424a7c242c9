import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { LOG_END, type Position } from '#session/position';
import { request } from '../requests/request.ts';
import { type FoundMessage, fromItem, logKey } from './message-item.ts';

export interface LogPageRead {
  readonly filter: string;
  readonly shard: number;
  /** Inclusive. */
  readonly from: Position;
  /** Inclusive; absent: to the end. */
  readonly upTo?: Position;
  readonly limit: number;
  /** From the end towards the beginning. */
  readonly newestFirst?: boolean;
}

export interface LogPage {
  readonly messages: readonly FoundMessage[];
  /** Nothing follows. */
  readonly isLast: boolean;
}

/** The message log for those who look without taking: one query a page, usually of what is a second old. */
export interface LogPages {
  page(read: LogPageRead): Promise<LogPage>;
}

/** @example createLogPages(client, names.messages) */
export function createLogPages(client: DynamoDBDocumentClient, table: string): LogPages {
  return {
    async page({ filter, shard, from, upTo = LOG_END, limit, newestFirst = false }) {
      if (from > upTo) return { messages: [], isLast: true };
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#log = :log AND #position BETWEEN :from AND :upTo',
        ExpressionAttributeNames: { '#log': 'log', '#position': 'position' },
        ExpressionAttributeValues: { ':log': logKey(filter, shard), ':from': from, ':upTo': upTo },
        Limit: limit,
        ScanIndexForward: !newestFirst,
      });
      const { Items, LastEvaluatedKey } = await request(
        `look into the log of ${filter}`,
        client.send(command),
      );
      return { messages: (Items ?? []).map(fromItem), isLast: LastEvaluatedKey === undefined };
    },
  };
}
