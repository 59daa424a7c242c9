import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { request } from './request.ts';
import { FILTER_INDEX } from './table-definitions.ts';

export interface SubscribersPage {
  readonly limit?: number;
  /** `nextKey` of the page before. */
  readonly startKey?: string;
}

export interface Subscribers {
  /** One each, although a client may subscribe to the filter directly and through `$share`. */
  readonly clientIds: readonly string[];
  /** Opaque; absent on the last page. */
  readonly nextKey?: string;
}

const DEFAULT_LIMIT = 1_000;

/** A page of the clients that subscribe to a filter. */
export async function subscribersOf(
  client: DynamoDBDocumentClient,
  table: string,
  filter: string,
  { limit = DEFAULT_LIMIT, startKey }: SubscribersPage = {},
): Promise<Subscribers> {
  const command = new QueryCommand({
    TableName: table,
    IndexName: FILTER_INDEX.indexName,
    KeyConditionExpression: 'routedFilter = :filter',
    ExpressionAttributeValues: { ':filter': filter },
    Limit: limit,
    ...(startKey === undefined ? {} : { ExclusiveStartKey: JSON.parse(startKey) }),
  });
  const { Items, LastEvaluatedKey } = await request(
    `list the subscribers of ${filter}`,
    client.send(command),
  );
  const clientIds = new Set((Items ?? []).map((item) => String(item['clientId'])));
  const nextKey = LastEvaluatedKey && { nextKey: JSON.stringify(LastEvaluatedKey) };
  return { clientIds: [...clientIds], ...nextKey };
}
