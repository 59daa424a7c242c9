import { filterPrefixes } from '#advice/advice-id';
import { broadFilter, isBroad } from '#advice/broad-filter';
import type { Route } from '#store/routes';
import type { Budget } from './budget.ts';
import type { SurveyDependencies } from './dependencies.ts';
import { keepAdvice } from './keep-advice.ts';

/** Routes are small: some forty are a read unit. */
const PAGE = 100;

async function lookAtFilter(route: Route, dependencies: SurveyDependencies): Promise<void> {
  const { filter } = route;
  const messagesPerHour = await dependencies.messageRate(route);
  const isFlood = broadFilter({ filter, messagesPerHour, subscribers: 1 }) !== undefined;
  const found = isFlood ? await dependencies.subscriptions.subscribersOf(filter) : { clientIds: [] };
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
