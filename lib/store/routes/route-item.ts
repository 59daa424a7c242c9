import type { Item } from '../requests/request.ts';

/** A filter that has a durable subscriber: messages that match it are logged. */
export interface Route {
  readonly filter: string;
  /** The longest Session Expiry Interval among its subscribers: how long messages are kept. */
  readonly retainSeconds: number;
  /** Parts of the filter's log. */
  readonly shards: number;
  /** A client of the packet edge subscribes, or once did: whoever appends tells the carriers of those online. */
  readonly signals?: true;
  /** Epoch seconds; set while the route is about to be removed for want of subscribers. */
  readonly expiresAt?: number;
}

type RouteKey = {
  readonly kind: string;
  readonly value: string;
};

/** The kind of the items that say which shapes are in use. */
export const SHAPE = 'shape';

/** The key of a filter's route. */
export function keyOf(filter: string): RouteKey {
  return { kind: 'filter', value: filter };
}

/** The attributes of a route. */
export function toItem({ filter, ...rest }: Route): Item {
  return { ...keyOf(filter), ...rest };
}

/** A route from its item. */
export function fromItem(item: Item): Route {
  const { kind: _kind, value, ...rest } = item as unknown as Omit<Route, 'filter'> & RouteKey;
  return { filter: value, ...rest };
}
