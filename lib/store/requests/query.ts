import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Item, request } from './request.ts';

/** The items of a query, a page at a time, each fetched when it is asked for. */
export async function* queryPages(
  client: DynamoDBDocumentClient,
  doing: string,
  input: QueryCommandInput,
): AsyncGenerator<readonly Item[], void, undefined> {
  let startKey: Item | undefined;
  do {
    const command = new QueryCommand({ ...input, ...(startKey && { ExclusiveStartKey: { ...startKey } }) });
    const page = await request(doing, client.send(command));
    yield page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

/** All items of a query that is known to be small. */
export async function queryAll(
  client: DynamoDBDocumentClient,
  doing: string,
  input: QueryCommandInput,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of queryPages(client, doing, input)) items.push(...page);
  return items;
}
