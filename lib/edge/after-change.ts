import { subscriptionsOfLife } from '#session/delivery/due';
import { retainSeconds } from '#session/delivery/retention';
import { identifiersOfLife } from '#session/life/compute-session';
import { overAtMs, wasTakenOver } from '#session/life/connection';
import { lossWindowMs } from '#session/life/loss-window';
import { positionAt } from '#session/position';
import { exists, newestConnection, type Session, withoutEnd } from '#session/session';
import type { Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { Change } from './change-session.ts';
import type { EdgeDependencies } from './dependencies.ts';

/**
 * Makes sure that messages for a subscription are logged, for as long as its session may live.
 *
 * @returns refused: its filter would add one shape too many, and none are
 */
export async function routeSubscription(
  subscription: Pick<Subscription, 'filter'>,
  session: Session,
  { routes, configuration: { settings } }: EdgeDependencies,
): Promise<'routed' | 'notRouted' | 'refused'> {
  if (session.sessionExpiryInterval === 0) return 'notRouted';
  const { filter } = parseSharedFilter(subscription.filter);
  // Topics of the broker itself are no durable topics.
  if (filter.startsWith('$')) return 'notRouted';
  const keepAliveSeconds = newestConnection(session).keepAliveSeconds;
  const ensured = await routes.ensure({
    filter,
    retainSeconds: retainSeconds(session.sessionExpiryInterval, keepAliveSeconds, settings),
    shards: settings.logShards,
  });
  return ensured === 'refused' ? 'refused' : 'routed';
}

/** Names a connection of a client as a member of a share group. */
export function groupMember(clientId: string, sessionIdentifier: string): string {
  return `${clientId} ${sessionIdentifier}`;
}

/** Messages for a share group wait from when its last member may have stopped hearing them. */
async function leaveShareGroups(
  session: Session,
  subscriptions: readonly Subscription[],
  dependencies: EdgeDependencies,
) {
  const { shareGroups, configuration } = dependencies;
  for (const [index, connection] of session.connections.entries()) {
    const next = session.connections[index + 1];
    const endedAtMs = overAtMs(connection, next);
    if (endedAtMs === Number.POSITIVE_INFINITY) continue;
    const lostMs = lossWindowMs(connection, wasTakenOver(connection, next), configuration.settings);
    const owedFrom = positionAt(endedAtMs - lostMs);
    const member = groupMember(session.clientId, connection.sessionIdentifier);
    for (const { filter, sessionIdentifier, isProvisioned } of subscriptions) {
      const isShared = parseSharedFilter(filter).shareName !== undefined;
      // What an operator has subscribed was never heard on any connection.
      if (!isShared || isProvisioned || sessionIdentifier !== connection.sessionIdentifier) continue;
      await shareGroups.leave(filter, member, owedFrom);
    }
  }
}

/** Moves subscriptions to the life that their connection turned out to belong to. */
async function rehome(session: Session, { subscriptions, sessions }: EdgeDependencies): Promise<void> {
  await subscriptions.rehome(session.clientId, identifiersOfLife(session), session.incarnation);
  const { rehome: _, ...rest } = withoutEnd(session);
  // A lost race leaves the flag; the next event of the client does it again.
  await sessions.write({ ...rest, revision: session.revision + 1 }, session.revision);
}

/**
 * What follows from a change of a session. All of it may be done again: a handler that died in between is
 * tried again, finds its event a duplicate, and comes here once more.
 */
export async function afterChange(
  { transition, prior }: Change,
  dependencies: EdgeDependencies,
): Promise<void> {
  const { session, outcome } = transition;
  if (session === undefined) return;
  const repeats = outcome === 'duplicate' || outcome === 'stale';
  if (session.rehome === true) await rehome(session, dependencies);
  const ends =
    outcome === 'disconnected' || outcome === 'ended' || outcome === 'takenOver' || outcome === 'lateConnect';
  const lastsLonger =
    prior?.incarnation === session.incarnation && session.sessionExpiryInterval > prior.sessionExpiryInterval;
  // A life that was named anew may have got its interval with the name.
  const mayLackRoutes = repeats || lastsLonger || session.rehome === true;
  if (mayLackRoutes || ends) {
    const all = await dependencies.subscriptions.list(session.clientId);
    const subscriptions = subscriptionsOfLife(session, all);
    if (mayLackRoutes) {
      for (const subscription of subscriptions) await routeSubscription(subscription, session, dependencies);
    }
    await leaveShareGroups(session, all, dependencies);
  }
  const { sessionIdentifier } = newestConnection(session);
  const isAskedFor =
    prior?.owesDelivery === true && newestConnection(prior).sessionIdentifier === sessionIdentifier;
  // Asked for once a connection; again only when the handler that should have may have died.
  if (!session.owesDelivery || (isAskedFor && !repeats)) return;
  if (!exists(session, dependencies.clock())) return;
  const { clientId } = session;
  await dependencies.requests.delivery({ clientId, sessionIdentifier, attempt: 0, purpose: 'catchUp' });
}
