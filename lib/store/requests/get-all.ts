import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inBatches } from './in-batches.ts';
import { type Item, request } from './request.ts';

/** As many as one BatchGetItem takes. */
const MAXIMUM_KEYS = 100;

/** The items of these keys, in no order; DynamoDB hands back what it is too busy for, and is asked again. */
export async function getAll(
  client: DynamoDBDocumentClient,
  table: string,
  doing: string,
  keys: readonly Item[],
  consistent = false,
): Promise<Item[]> {
  const items: Item[] = [];
  await inBatches(doing, keys, MAXIMUM_KEYS, async (batch) => {
    const Keys = batch.map((key) => ({ ...key }));
    const command = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: consistent } } });
    const { Responses, UnprocessedKeys } = await request(doing, client.send(command));
    items.push(...(Responses?.[table] ?? []));
    return UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return items;
}
