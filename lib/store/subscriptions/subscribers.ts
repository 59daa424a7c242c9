import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { parseSharedFilter } from '#session/topic-filter';
import { request } from '../request.ts';
import { FILTER_INDEX } from '../table-definitions.ts';

export interface SubscribersPage {
  readonly limit?: number;
  /** `nextKey` of the page before. */
  readonly startKey?: string;
}

/** A member of a share group. */
export interface SharedSubscriber {
  readonly clientId: string;
  /** `$share/<share name>/<filter>` */
  readonly filter: string;
}

export interface Subscribers {
  /** One each, although a client may subscribe to the filter directly and through `$share`. */
  readonly clientIds: readonly string[];
  /** Of its subscriptions those that are shared. */
  readonly shared: readonly SharedSubscriber[];
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
  const subscribed = (Items ?? []).map((item) => ({
    clientId: String(item['clientId']),
    filter: String(item['filter']),
  }));
  const shared = subscribed.filter((each) => parseSharedFilter(each.filter).shareName !== undefined);
  return { clientIds: [...clientIds], shared, ...nextKey };
}
