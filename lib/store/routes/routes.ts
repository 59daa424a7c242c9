import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { hasExpired } from '#session/expiry';
import { getAll } from '../requests/get-all.ts';
import { conditional, request, untilUncontended } from '../requests/request.ts';
import { fromItem, keyOf, type Route, toItem } from './route-item.ts';
import { createShapes, type EnsuredShape, type ShapesLimit } from './shapes.ts';

export type { Route } from './route-item.ts';

/** Routes: the filters that are durable somewhere, and their shapes. */
export interface RouteStore {
  /** The shapes, as old as a second. They are few, and stay when no filter has them any more. */
  shapes(reading?: RouteReading): Promise<string[]>;
  /** Makes sure that there is the filter's shape, unless it would be one too many: before anybody subscribes. */
  ensureShape(filter: string): Promise<EnsuredShape>;
  /** Those of the filters that are routes. */
  find(filters: readonly string[], reading?: RouteReading): Promise<Route[]>;
  /** One route as it stands now, even if it is about to be removed. */
  get(filter: string): Promise<Route | undefined>;
  /**
   * Makes sure that the filter is routed, for at least so long and over at least so many shards. The shape
   * comes first, so there is no route that the router cannot find. `signals` stays as long as the route.
   * `refused`: its shape was, and there is no route.
   */
  ensure(
    route: Pick<Route, 'filter' | 'retainSeconds' | 'shards' | 'signals'>,
  ): Promise<'existed' | 'created' | 'changed' | 'refused'>;
  /**
   * Lets TTL remove the route at `expiresAt`, epoch seconds. The index of subscribers is a little late: look
   * there again before that time and `keep` the route if one has come.
   */
  markUnused(filter: string, expiresAt: number): Promise<'marked' | 'unchanged'>;
  /** Takes the mark off again. */
  keep(filter: string): Promise<'kept' | 'unchanged'>;
}

export interface RouteReading {
  /** true: a route that was made a moment ago is there for sure, at twice the read units. */
  readonly consistent?: boolean;
}

export interface RouteStoreOptions extends Partial<ShapesLimit> {
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
}

/** @example createRouteStore(client, names.routes, { clock: Date.now }) */
export function createRouteStore(
  client: DynamoDBDocumentClient,
  table: string,
  { clock, maximumShapes = DEFAULT_SETTINGS.maximumShapes, onRefused = () => {} }: RouteStoreOptions,
): RouteStore {
  const shapes = createShapes(client, table, { maximumShapes, onRefused, clock });
  const hasPassed = ({ expiresAt }: Route) =>
    expiresAt !== undefined && hasExpired(expiresAt * 1000, clock());

  async function get(filter: string): Promise<Route | undefined> {
    const command = new GetCommand({ TableName: table, Key: keyOf(filter), ConsistentRead: true });
    const { Item } = await request(`read the route ${filter}`, client.send(command));
    return Item === undefined ? undefined : fromItem(Item);
  }

  /** Writes a route if it still is as it was read. */
  async function replace(known: Route | undefined, route: Route): Promise<boolean> {
    const isNew = 'attribute_not_exists(kind)';
    const hasSameSignals = known?.signals ? 'attribute_exists(signals)' : 'attribute_not_exists(signals)';
    const isSame = `retainSeconds = :retainSeconds AND shards = :shards AND ${hasSameSignals}`;
    const command = new PutCommand({
      TableName: table,
      Item: toItem(route),
      ...(known === undefined
        ? { ConditionExpression: isNew }
        : {
            ConditionExpression: isSame,
            ExpressionAttributeValues: { ':retainSeconds': known.retainSeconds, ':shards': known.shards },
          }),
    });
    return (await conditional(`write the route ${route.filter}`, client.send(command))).met;
  }

  return {
    shapes: ({ consistent = false } = {}) => shapes.list(consistent),

    ensureShape: shapes.ensure,

    async find(filters, { consistent = false } = {}) {
      const keys = [...new Set(filters)].map(keyOf);
      const items = await getAll(client, table, 'find routes', keys, consistent);
      return items.map(fromItem).filter((route) => !hasPassed(route));
    },

    get,

    ensure({ filter, retainSeconds, shards, signals }) {
      return untilUncontended(`route ${filter}`, async () => {
        const known = await get(filter);
        const route: Route = {
          filter,
          retainSeconds: Math.max(retainSeconds, known?.retainSeconds ?? 0),
          // Never fewer: the log's earlier entries lie in the shards there were.
          shards: Math.max(shards, known?.shards ?? 1),
          ...((signals ?? known?.signals) && { signals: true }),
        };
        const isEnough =
          known?.retainSeconds === route.retainSeconds &&
          known.shards === route.shards &&
          known.signals === route.signals;
        if (isEnough && known.expiresAt === undefined) return 'existed';
        if (known === undefined && (await shapes.ensure(filter)) === 'refused') return 'refused';
        if (!(await replace(known, route))) return undefined;
        return known === undefined || hasPassed(known) ? 'created' : 'changed';
      });
    },

    async markUnused(filter, expiresAt) {
      const command = new UpdateCommand({
        TableName: table,
        Key: keyOf(filter),
        UpdateExpression: 'SET expiresAt = :expiresAt',
        ConditionExpression: 'attribute_exists(kind) AND attribute_not_exists(expiresAt)',
        ExpressionAttributeValues: { ':expiresAt': expiresAt },
      });
      const update = await conditional(`mark the route ${filter} unused`, client.send(command));
      return update.met ? 'marked' : 'unchanged';
    },

    async keep(filter) {
      const command = new UpdateCommand({
        TableName: table,
        Key: keyOf(filter),
        UpdateExpression: 'REMOVE expiresAt',
        ConditionExpression: 'attribute_exists(expiresAt)',
      });
      const update = await conditional(`keep the route ${filter}`, client.send(command));
      return update.met ? 'kept' : 'unchanged';
    },
  };
}
