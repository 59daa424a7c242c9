import { groupMember, routeSubscription as routeForLifecycle } from '#edge/after-change';
import { FOUND_AFTER_MS } from '#packet-edge/limits';
import { routeSubscription as routeForPackets } from '#packet-edge/route-subscription';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import { optionsOf, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topic-filter';
import type { OperatorDependencies } from './dependencies.ts';
import type { SessionEdge } from './edge-of.ts';
import { signalLook } from './resume.ts';
import type { SubscriptionDifference, WantedSubscription } from './wanted.ts';

/** Later than all that is known of the filter, whatever the clocks say. */
function latestMs(
  held: readonly Subscription[],
  { incarnation }: Session,
  filter: string,
  nowMs: number,
): number {
  const known = held.find((each) => each.filter === filter && each.incarnation === incarnation);
  return Math.max(nowMs, (known?.subscribedAtMs.at(-1) ?? 0) + 1, (known?.unsubscribedAtMs ?? 0) + 1);
}

/** Subscribes a session to a filter, as of now, in the name of its newest connection. */
export async function subscribe(
  session: Session,
  wanted: WantedSubscription,
  held: readonly Subscription[],
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<void> {
  const { clientId, incarnation, sessionExpiryInterval } = session;
  const { sessionIdentifier, keepAliveSeconds = 0 } = newestConnection(session);
  const { filter, qos } = wanted;
  const atMs = latestMs(held, session, filter, dependencies.clock());
  if (edge === 'lifecycle' && parseSharedFilter(filter).shareName !== undefined) {
    // Where nobody of the group is online, its messages wait from now on. First: who finds the subscription does not look again.
    const member = groupMember(clientId, sessionIdentifier);
    await dependencies.shareGroups.leave(filter, member, positionAt(atMs));
  }
  await dependencies.subscriptions.apply({
    clientId,
    filter,
    incarnation,
    sessionIdentifier,
    kind: 'subscribed',
    atMs,
    qos,
    ...optionsOf(wanted),
    isProvisioned: true,
  });
  // The subscription first, then its route: whoever finds a route without subscribers looks a second time.
  if (edge === 'lifecycle') await routeForLifecycle(wanted, session, dependencies);
  else await routeForPackets(filter, { sessionExpiryInterval, keepAliveSeconds }, dependencies);
}

async function unsubscribe(
  session: Session,
  subscription: Subscription,
  held: readonly Subscription[],
  { subscriptions, shareGroups, requests, clock }: OperatorDependencies,
): Promise<void> {
  const { clientId, incarnation, connections } = session;
  const { filter, sessionIdentifier } = subscription;
  const atMs = latestMs(held, session, filter, clock());
  const change = { clientId, filter, incarnation, sessionIdentifier, kind: 'unsubscribed', atMs } as const;
  const shared = parseSharedFilter(filter);
  if (shared.shareName !== undefined) {
    for (const connection of connections)
      await shareGroups.leave(filter, groupMember(clientId, connection.sessionIdentifier), positionAt(atMs));
  }
  // The request first: a crash in between leaves a route to be checked, not one that stays for ever.
  await requests.routeCheck({ filter: shared.filter, step: 'mark' }, 1);
  await subscriptions.apply(change);
}

/** Brings the subscriptions of a session to what is wanted. Done again, it finds nothing to do. */
export async function bringSubscriptions(
  session: Session,
  { missing, surplus }: SubscriptionDifference,
  held: readonly Subscription[],
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<void> {
  for (const each of missing) await subscribe(session, each, held, edge, dependencies);
  for (const each of surplus) await unsubscribe(session, each, held, dependencies);
  if (edge === 'lifecycle' || session.status !== 'connected' || missing.length === 0) return;
  // Until then publishers may not find the subscription.
  await dependencies.sleep(FOUND_AFTER_MS);
  await signalLook(session.clientId, dependencies);
}
