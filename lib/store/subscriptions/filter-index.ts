import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { request } from '../requests/request.ts';
import { FILTER_INDEX } from '../table-definitions.ts';

export interface SubscriberKey {
  readonly clientId: string;
  /** As the client sent it, `$share/…` included. */
  readonly filter: string;
}

export interface SubscriberKeys {
  readonly keys: readonly SubscriberKey[];
  /** The last one; absent on the last page. */
  readonly next?: SubscriberKey;
}

/** A page of the keys of a filter's subscriptions, `$share` left out; usually a second late. */
export async function subscriberKeys(
  client: DynamoDBDocumentClient,
  table: string,
  filter: string,
  { limit, after }: { readonly limit: number; readonly after?: SubscriberKey | undefined },
): Promise<SubscriberKeys> {
  const command = new QueryCommand({
    TableName: table,
    IndexName: FILTER_INDEX.indexName,
    KeyConditionExpression: 'routedFilter = :filter',
    ExpressionAttributeValues: { ':filter': filter },
    Limit: limit,
    ...(after !== undefined && { ExclusiveStartKey: { routedFilter: filter, ...after } }),
  });
  const doing = `list the subscribers of ${filter}`;
  const { Items = [], LastEvaluatedKey } = await request(doing, client.send(command));
  const keys = Items.map(({ clientId, filter: own }) => ({
    clientId: String(clientId),
    filter: String(own),
  }));
  const last = keys.at(-1);
  return { keys, ...(LastEvaluatedKey !== undefined && last !== undefined && { next: last }) };
}
