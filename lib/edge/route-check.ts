import type { RouteStore } from '#store/routes/routes';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import type { Requests, RouteCheck } from './requests.ts';

/** The index of subscribers is at most about a second late; this is ample. */
const CONFIRM_AFTER_SECONDS = 15;
/** A marked route still routes, long enough for the second look to come first. */
const MARKED_FOR_SECONDS = 60;

export interface RouteCheckDependencies {
  readonly routes: RouteStore;
  readonly subscriptions: SubscriptionStore;
  readonly requests: Requests;
  readonly clock: () => number;
}

/**
 * Lets a route go when nobody subscribes to its filter any more. Invariant: a filter with a subscriber keeps
 * its route. A subscriber writes its subscription before it looks at the route: either it finds the mark and
 * takes it off, or it came before the mark and the second look finds it.
 */
export async function checkRoute(
  { filter, step }: RouteCheck,
  dependencies: RouteCheckDependencies,
): Promise<string> {
  const { routes, subscriptions, requests, clock } = dependencies;
  if (await subscriptions.hasSubscribers(filter)) {
    if (step === 'confirm') await routes.keep(filter);
    return 'kept';
  }
  if (step === 'confirm') return 'unused';
  await routes.markUnused(filter, Math.ceil(clock() / 1000) + MARKED_FOR_SECONDS);
  await requests.routeCheck({ filter, step: 'confirm' }, CONFIRM_AFTER_SECONDS);
  return 'marked';
}
