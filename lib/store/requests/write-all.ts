import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { StoreThrottledError } from '../errors.ts';
import { type Item, request } from './request.ts';

/** As many as one BatchWriteItem takes. */
const MAXIMUM_WRITES = 25;
const MAXIMUM_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 20;

/** A write without a condition. */
export type Write = { readonly put: Item } | { readonly remove: Item };

function requestOf(write: Write) {
  return 'put' in write
    ? { PutRequest: { Item: { ...write.put } } }
    : { DeleteRequest: { Key: { ...write.remove } } };
}

/**
 * Writes items of one table, each key once, in no order; DynamoDB hands back what it is too busy for, and is asked
 * again.
 */
export async function writeAll(
  client: DynamoDBDocumentClient,
  table: string,
  doing: string,
  writes: readonly Write[],
): Promise<void> {
  let open = writes.map(requestOf);
  let pauses = 0;
  while (open.length > 0) {
    const batch = open.slice(0, MAXIMUM_WRITES);
    const command = new BatchWriteCommand({ RequestItems: { [table]: batch } });
    const { UnprocessedItems } = await request(doing, client.send(command));
    const unprocessed = (UnprocessedItems?.[table] ?? []) as typeof open;
    open = [...unprocessed, ...open.slice(MAXIMUM_WRITES)];
    if (unprocessed.length === 0) {
      pauses = 0;
      continue;
    }
    pauses += 1;
    if (pauses === MAXIMUM_ATTEMPTS) {
      throw new StoreThrottledError(
        `DynamoDB was too busy ${pauses} times in a row to ${doing}; try again later`,
      );
    }
    await sleep(FIRST_PAUSE_MS * 2 ** (pauses - 1));
  }
}
