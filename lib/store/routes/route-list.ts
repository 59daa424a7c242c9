import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { hasExpired } from '#session/expiry';
import { request } from '../requests/request.ts';
import { fromItem, keyOf, type Route } from './route-item.ts';

export interface RouteListPage {
  readonly routes: readonly Route[];
  /** The filter behind which the next page begins; absent on the last one. */
  readonly next?: string;
}

/** Routes in order of their filters. */
export interface RouteList {
  page(page: {
    readonly prefix?: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<RouteListPage>;
}

/** @example createRouteList(client, names.routes, { clock: Date.now }) */
export function createRouteList(
  client: DynamoDBDocumentClient,
  table: string,
  { clock }: { readonly clock: () => number },
): RouteList {
  const { kind } = keyOf('');
  const isRouted = ({ expiresAt }: Route) =>
    expiresAt === undefined || !hasExpired(expiresAt * 1000, clock());
  return {
    async page({ prefix, after, limit }) {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression:
          prefix === undefined ? 'kind = :kind' : 'kind = :kind AND begins_with(#value, :prefix)',
        ...(prefix !== undefined && { ExpressionAttributeNames: { '#value': 'value' } }),
        ExpressionAttributeValues: { ':kind': kind, ...(prefix !== undefined && { ':prefix': prefix }) },
        Limit: limit,
        ...(after !== undefined && { ExclusiveStartKey: keyOf(after) }),
      });
      const { Items = [], LastEvaluatedKey } = await request('list the routes', client.send(command));
      const next: unknown = LastEvaluatedKey?.['value'];
      return { routes: Items.map(fromItem).filter(isRouted), ...(typeof next === 'string' && { next }) };
    },
  };
}
