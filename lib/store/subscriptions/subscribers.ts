import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { type SubscriberKey, subscriberKeys } from './filter-index.ts';

export interface SubscribersPage {
  readonly limit?: number;
  /** `nextKey` of the page before. */
  readonly startKey?: string;
}

export interface Subscribers {
  /** One each, although a client may subscribe to the filter directly and through `$share`. */
  readonly clientIds: readonly string[];
  /** Of its subscriptions those that are shared. */
  readonly shared: readonly SubscriberKey[];
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
  const after = startKey === undefined ? undefined : JSON.parse(startKey);
  const { keys, next } = await subscriberKeys(client, table, filter, { limit, after });
  return {
    clientIds: [...new Set(keys.map(({ clientId }) => clientId))],
    shared: keys.filter((each) => parseSharedFilter(each.filter).shareName !== undefined),
    ...(next !== undefined && { nextKey: JSON.stringify(next) }),
  };
}
