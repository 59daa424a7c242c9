import { LOG_START, positionAt, timeOf } from '#session/position';
import type { LogPages } from '#store/messages/log-pages';
import type { RouteList } from '#store/routes/route-list';
import type { Route } from '#store/routes/routes';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';

export interface FilterView {
  readonly route: Route;
  readonly subscribers: { readonly count: number; readonly atLeast: boolean };
  readonly messagesPerHour: number;
}

export interface FilterListDependencies {
  readonly routeList: RouteList;
  readonly subscriptions: Pick<SubscriptionStore, 'subscribersOf'>;
  readonly logPages: LogPages;
  readonly clock: () => number;
}

/** Subscribers are counted up to here. */
const MOST_COUNTED = 100;
/** As many of the newest messages say how fast they come. */
const SAMPLE = 20;
const HOUR_MS = 3_600_000;

/** A page of the durable filters, with what is known of each. */
export async function listFilters(
  page: { readonly prefix?: string | undefined; readonly after?: string | undefined; readonly limit: number },
  dependencies: FilterListDependencies,
): Promise<{ readonly filters: readonly FilterView[]; readonly next?: string }> {
  const { routes, next } = await dependencies.routeList.page(page);
  const filters = await Promise.all(routes.map((route) => viewOf(route, dependencies)));
  return { filters, ...(next !== undefined && { next }) };
}

async function viewOf(route: Route, dependencies: FilterListDependencies): Promise<FilterView> {
  const [subscribers, messagesPerHour] = await Promise.all([
    dependencies.subscriptions.subscribersOf(route.filter, { limit: MOST_COUNTED }),
    messageRate(route, dependencies),
  ]);
  const { clientIds, nextKey } = subscribers;
  return {
    route,
    subscribers: { count: clientIds.length, atLeast: nextKey !== undefined },
    messagesPerHour,
  };
}

type RateDependencies = Pick<FilterListDependencies, 'logPages' | 'clock'>;

async function sumOfParts({ shards }: Route, ofPart: (shard: number) => Promise<number>): Promise<number> {
  const rates = await Promise.all(Array.from({ length: Math.max(1, shards) }, (_, shard) => ofPart(shard)));
  return Math.round(rates.reduce((sum, rate) => sum + rate, 0) * 10) / 10;
}

/** Messages an hour, from the newest ones of each part of the log: nothing is counted when a message comes. */
export async function messageRate(route: Route, { logPages, clock }: RateDependencies): Promise<number> {
  const { filter } = route;
  const nowMs = clock();
  return sumOfParts(route, async (shard) => {
    const { messages } = await logPages.page({
      filter,
      shard,
      from: LOG_START,
      limit: SAMPLE,
      newestFirst: true,
    });
    const oldest = messages.at(-1);
    if (oldest === undefined) return 0;
    const spanMs = messages.length < SAMPLE ? HOUR_MS : Math.max(1, nowMs - timeOf(oldest.position));
    const counted = messages.filter(({ position }) => timeOf(position) >= nowMs - spanMs);
    return (counted.length * HOUR_MS) / spanMs;
  });
}

/** The same, from the first ones that came after a time. */
export async function messageRateFrom(
  route: Route,
  fromMs: number,
  { logPages, clock }: RateDependencies,
): Promise<number> {
  const { filter } = route;
  return sumOfParts(route, async (shard) => {
    const { messages } = await logPages.page({ filter, shard, from: positionAt(fromMs), limit: SAMPLE });
    const last = messages.at(SAMPLE - 1);
    const toMs = last === undefined ? clock() : timeOf(last.position);
    return (messages.length * HOUR_MS) / Math.max(1, toMs - fromMs);
  });
}
