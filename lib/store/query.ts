import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Item, request } from './request.ts';

/** All items of a query that is known to be small. */
export async function queryAll(
  client: DynamoDBDocumentClient,
  doing: string,
  input: QueryCommandInput,
): Promise<Item[]> {
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const command = new QueryCommand({ ...input, ...(startKey && { ExclusiveStartKey: { ...startKey } }) });
    const page = await request(doing, client.send(command));
    items.push(...(page.Items ?? []));
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
  return items;
}
