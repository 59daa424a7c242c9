import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { subscriptionsOfLife } from '#session/delivery/due';
import { exists, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { Subscription } from '#session/subscription';
import type { Router } from '#store/routes/router';
import type { SessionStore } from '#store/sessions/sessions';
import type { SubscriberKey } from '#store/subscriptions/filter-index';
import type { SubscriberPages } from '#store/subscriptions/subscriber-pages';

export interface TopicSubscriber {
  readonly subscription: Subscription;
  readonly status: 'connected' | 'disconnected';
}

/** Where a page ended: the filter as routed, and the last subscription of it; absent: before its first one. */
export interface SubscriberPlace {
  readonly filter: string;
  readonly after?: SubscriberKey;
}

export interface TopicSubscriberPage {
  readonly subscribers: readonly TopicSubscriber[];
  readonly next?: SubscriberPlace;
}

export interface TopicSubscriberDependencies {
  readonly router: Router;
  readonly subscriberPages: SubscriberPages;
  readonly sessions: Pick<SessionStore, 'getMany'>;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}

/** A page reads subscribers at most so often. */
const MOST_READS = 10;

/** Who would get a message on a topic, filter by filter. A client comes once for each of its filters that match. */
export async function topicSubscribers(
  topic: string,
  { limit, start }: { readonly limit: number; readonly start?: SubscriberPlace | undefined },
  dependencies: TopicSubscriberDependencies,
): Promise<TopicSubscriberPage> {
  const routes = await dependencies.router.route(topic);
  const filters = routes.map(({ filter }) => filter).sort();
  // A filter that is routed no more has no subscribers: the next one is where it goes on.
  const open = filters.filter((filter) => start === undefined || filter >= start.filter);
  const found: TopicSubscriber[] = [];
  let reads = 0;
  for (const filter of open) {
    let after = filter === start?.filter ? start.after : undefined;
    do {
      if (found.length >= limit || reads >= MOST_READS) {
        return { subscribers: found, next: { filter, ...(after !== undefined && { after }) } };
      }
      const page = await dependencies.subscriberPages.page(filter, {
        limit: limit - found.length,
        ...(after !== undefined && { after }),
      });
      reads += 1;
      found.push(...(await living(page.subscriptions, dependencies)));
      after = page.next;
    } while (after !== undefined);
  }
  return { subscribers: found };
}

/** Those whose session exists and is of the life that subscribed. */
async function living(
  subscriptions: readonly Subscription[],
  { sessions, configuration, clock }: TopicSubscriberDependencies,
): Promise<TopicSubscriber[]> {
  const clientIds = subscriptions.map(({ clientId }) => clientId);
  const read = await sessions.getMany(clientIds, { consistent: false });
  const byClient = new Map(read.map((session) => [session.clientId, session]));
  const nowMs = clock();
  return subscriptions.flatMap((subscription) => {
    const session = byClient.get(subscription.clientId);
    if (!exists(session, nowMs) || !isOfLife(session, subscription, configuration)) return [];
    return [{ subscription, status: session.status === 'connected' ? 'connected' : 'disconnected' }];
  });
}

function isOfLife(
  session: Session,
  subscription: Subscription,
  configuration: SessionConfiguration,
): boolean {
  if (edgeOf(session.clientId, session, configuration) === 'packets')
    return subscription.incarnation === session.incarnation;
  return subscriptionsOfLife(session, [subscription]).length > 0;
}
