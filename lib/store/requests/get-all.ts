import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { StoreThrottledError } from '../errors.ts';
import { type Item, request } from './request.ts';

/** As many as one BatchGetItem takes. */
const MAXIMUM_KEYS = 100;
const MAXIMUM_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 20;

/** The items of these keys, in no order; DynamoDB hands back what it is too busy for, and is asked again. */
export async function getAll(
  client: DynamoDBDocumentClient,
  table: string,
  doing: string,
  keys: readonly Item[],
  consistent = false,
): Promise<Item[]> {
  const items: Item[] = [];
  let open = [...keys];
  let pauses = 0;
  while (open.length > 0) {
    const batch = open.slice(0, MAXIMUM_KEYS).map((key) => ({ ...key }));
    const command = new BatchGetCommand({
      RequestItems: { [table]: { Keys: batch, ConsistentRead: consistent } },
    });
    const { Responses, UnprocessedKeys } = await request(doing, client.send(command));
    items.push(...(Responses?.[table] ?? []));
    const unprocessed = UnprocessedKeys?.[table]?.Keys ?? [];
    open = [...unprocessed, ...open.slice(MAXIMUM_KEYS)];
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
  return items;
}
