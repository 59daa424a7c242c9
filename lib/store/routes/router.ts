import { candidateFilters } from '#session/topics/shape';
import { RecentValues } from './recent-values.ts';
import type { Route, RouteStore } from './routes.ts';

/** Finds the durable filters that a topic matches. */
export interface Router {
  /** Costs one read of as many keys as there are shapes that fit, however many subscriptions there are. */
  route(topic: string): Promise<Route[]>;
}

export interface RouterOptions {
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
  /** How long an answer is used again, at most a second: so late a new subscription becomes durable. */
  readonly cacheMs?: number;
  /** true, with `cacheMs` 0: what was subscribed a moment ago is found for sure. */
  readonly consistent?: boolean;
  /** How many filters are remembered. */
  readonly maximumCached?: number;
}

const LONGEST_CACHE_MS = 1_000;
const DEFAULT_MAXIMUM_CACHED = 10_000;
const SHAPES = 'shapes';

/** @example createRouter(routes, { clock: Date.now }).route('devices/7/cmd/open') */
export function createRouter(routes: Pick<RouteStore, 'shapes' | 'find'>, options: RouterOptions): Router {
  const { clock, consistent = false, maximumCached = DEFAULT_MAXIMUM_CACHED } = options;
  const cacheMs = Math.min(options.cacheMs ?? LONGEST_CACHE_MS, LONGEST_CACHE_MS);
  const shapes = new RecentValues<Promise<readonly string[]>>({ clock, forMs: cacheMs, maximum: 1 });
  const found = new RecentValues<Promise<Route | undefined>>({
    clock,
    forMs: cacheMs,
    maximum: maximumCached,
  });

  function currentShapes(): Promise<readonly string[]> {
    return shapes.get(SHAPES) ?? shapes.set(SHAPES, routes.shapes({ consistent }));
  }

  /** Looks the unknown ones up together; whoever asks meanwhile waits for the same answer. */
  function lookUp(filters: readonly string[]): Promise<Route | undefined>[] {
    const known = new Map(filters.map((filter) => [filter, found.get(filter)]));
    const unknown = filters.filter((filter) => known.get(filter) === undefined);
    if (unknown.length === 0) return [...known.values()].filter((answer) => answer !== undefined);
    const routed = routes.find(unknown, { consistent });
    return filters.map((filter) => {
      const answer = routed.then((list) => list.find((route) => route.filter === filter));
      return known.get(filter) ?? found.set(filter, answer);
    });
  }

  return {
    async route(topic) {
      const answers = lookUp(candidateFilters(await currentShapes(), topic));
      return (await Promise.all(answers)).filter((route) => route !== undefined);
    },
  };
}
