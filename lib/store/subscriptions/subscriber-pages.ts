import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isSubscribed, type Subscription } from '#session/subscription';
import { getAll } from '../requests/get-all.ts';
import { type SubscriberKey, subscriberKeys } from './filter-index.ts';
import { fromItem } from './subscription-item.ts';

export interface SubscriberPage {
  readonly subscriptions: readonly Subscription[];
  /** The last one that was looked at; absent on the last page. */
  readonly next?: SubscriberKey;
}

/** Subscriptions of a filter, `$share` left out, with all that is known of them; usually a second late. */
export interface SubscriberPages {
  page(
    filter: string,
    page: { readonly limit: number; readonly after?: SubscriberKey },
  ): Promise<SubscriberPage>;
}

/** @example createSubscriberPages(client, names.subscriptions) */
export function createSubscriberPages(client: DynamoDBDocumentClient, table: string): SubscriberPages {
  return {
    async page(filter, { limit, after }) {
      const doing = `list the subscribers of ${filter}`;
      const { keys, next } = await subscriberKeys(client, table, filter, { limit, after });
      const items = await getAll(
        client,
        table,
        doing,
        keys.map((key) => ({ ...key })),
      );
      const order = new Map(keys.map((key, index) => [JSON.stringify([key.clientId, key.filter]), index]));
      const placeOf = (each: Subscription) => order.get(JSON.stringify([each.clientId, each.filter])) ?? 0;
      const subscriptions = items
        .map((item) => fromItem(item).subscription)
        .filter(isSubscribed)
        .sort((one, other) => placeOf(one) - placeOf(other));
      return { subscriptions, ...(next !== undefined && { next }) };
    },
  };
}
