import { filterPrefixes } from '#advice/advice-id';
import { broadFilter, isBroad } from '#advice/broad-filter';
import type { Route } from '#store/routes/routes';
import type { Budget } from './budget.ts';
import type { SurveyDependencies } from './dependencies.ts';
import { keepAdvice } from './keep-advice.ts';

/** Routes are small: some forty are a read unit. */
const PAGE = 100;

/**
 * A burst, such as devices that all report at the full minute, is no flood: that shows in a second look at what came
 * from here on, which falls between such bursts.
 */
const EARLIER_MS = 9.5 * 60_000;

const isFlood = (filter: string, messagesPerHour: number) =>
  broadFilter({ filter, messagesPerHour, subscribers: 1 }) !== undefined;

/** Messages an hour that have come for minutes, as far as it matters. */
async function lastingRate(route: Route, dependencies: SurveyDependencies): Promise<number> {
  const newest = await dependencies.messageRate(route);
  if (!isFlood(route.filter, newest)) return newest;
  return Math.min(newest, await dependencies.messageRateFrom(route, dependencies.clock() - EARLIER_MS));
}

async function lookAtFilter(route: Route, dependencies: SurveyDependencies): Promise<void> {
  const { filter } = route;
  const messagesPerHour = await lastingRate(route, dependencies);
  const found = isFlood(filter, messagesPerHour)
    ? await dependencies.subscriptions.subscribersOf(filter)
    : { clientIds: [] };
  const advice = broadFilter({ filter, messagesPerHour, subscribers: found.clientIds.length });
  await keepAdvice(filterPrefixes(filter), advice === undefined ? [] : [advice], dependencies.statistics);
}

/**
 * Looks at filters in their order, as many as a part of the budget allows.
 *
 * @returns behind which filter the next run goes on; undefined: at the beginning
 */
export async function lookAtFilters(
  after: string | undefined,
  dependencies: SurveyDependencies,
  { budget, share }: { readonly budget: Budget; readonly share: number },
): Promise<string | undefined> {
  let place = after;
  while (budget.allows(share)) {
    const { routes, next } = await dependencies.routes.page({ after: place, limit: PAGE });
    for (const route of routes) {
      if (!budget.allows(share)) return place;
      place = route.filter;
      if (!isBroad(route.filter)) continue;
      try {
        await lookAtFilter(route, dependencies);
      } catch (error) {
        dependencies.onProblem(route.filter, error);
      }
    }
    if (next === undefined) return undefined;
    place = next;
  }
  return place;
}
