import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inBatches } from './in-batches.ts';
import { type Item, request } from './request.ts';

/** As many as one BatchWriteItem takes. */
const MAXIMUM_WRITES = 25;

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
  await inBatches(doing, writes.map(requestOf), MAXIMUM_WRITES, async (batch) => {
    const command = new BatchWriteCommand({ RequestItems: { [table]: batch } });
    const { UnprocessedItems } = await request(doing, client.send(command));
    return (UnprocessedItems?.[table] ?? []) as typeof batch;
  });
}
