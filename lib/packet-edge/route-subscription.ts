import { eachAtOnce } from '#edge/each-at-once';
import { retainSeconds } from '#session/delivery/retention';
import type { Session } from '#session/session';
import { subscribedIn } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { PacketEdgeDependencies } from './dependencies.ts';

/** What it takes to have messages for subscriptions logged. */
export type RouteDependencies = Pick<PacketEdgeDependencies, 'configuration' | 'routes' | 'subscriptions'>;

/** What says how long messages for a session are kept. */
export interface Lifetime {
  readonly sessionExpiryInterval: number;
  readonly keepAliveSeconds: number;
}

/** How long the log keeps messages for a session, seconds. */
export function retainFor(
  { sessionExpiryInterval, keepAliveSeconds }: Lifetime,
  { configuration }: Pick<PacketEdgeDependencies, 'configuration'>,
): number {
  return retainSeconds(sessionExpiryInterval, keepAliveSeconds, configuration.settings);
}

/**
 * Makes sure that messages for a filter are logged, also for a session that ends with its connection: the log
 * is the way to those who are there too.
 */
export async function routeSubscription(
  filter: string,
  lifetime: Lifetime,
  dependencies: RouteDependencies,
): Promise<void> {
  await dependencies.routes.ensure({
    filter: parseSharedFilter(filter).filter,
    retainSeconds: retainFor(lifetime, dependencies),
    shards: dependencies.configuration.settings.logShards,
    signals: true,
  });
}

/** Once a session lives longer than it was to, its filters' messages are kept longer. */
export async function routeAll(
  session: Session,
  keepAliveSeconds: number,
  dependencies: RouteDependencies,
): Promise<void> {
  const { sessionExpiryInterval } = session;
  const all = await dependencies.subscriptions.list(session.clientId);
  const own = subscribedIn(session.incarnation, all);
  await eachAtOnce(own, ({ filter }) =>
    routeSubscription(filter, { sessionExpiryInterval, keepAliveSeconds }, dependencies),
  );
}
