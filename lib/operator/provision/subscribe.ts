import { groupMember, routeSubscription as routeForLifecycle } from '#edge/after-change';
import { FOUND_AFTER_MS } from '#packet-edge/limits';
import { routeSubscription as routeForPackets } from '#packet-edge/route-subscription';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import { optionsOf, type Subscription, type SubscriptionChange } from '#session/subscription';
import { parseSharedFilter } from '#session/topic-filter';
import { signalLook } from '../acts/resume.ts';
import type { OperatorDependencies } from '../dependencies.ts';
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

/** What it takes to subscribe a session to a filter, as of now, in the name of its newest connection. */
function changeOf(
  session: Session,
  wanted: WantedSubscription,
  held: readonly Subscription[],
  nowMs: number,
): SubscriptionChange {
  const { clientId, incarnation } = session;
  const { filter, qos } = wanted;
  return {
    clientId,
    filter,
    incarnation,
    sessionIdentifier: newestConnection(session).sessionIdentifier,
    kind: 'subscribed',
    atMs: latestMs(held, session, filter, nowMs),
    qos,
    ...optionsOf(wanted),
    isProvisioned: true,
  };
}

/**
 * The changes that subscribe a session to filters. Where nobody of a share group is online, its messages wait from now
 * on; first that: who finds the subscription does not look again.
 */
export async function changesTo(
  session: Session,
  wanted: readonly WantedSubscription[],
  held: readonly Subscription[],
  edge: SessionEdge,
  { shareGroups, clock }: OperatorDependencies,
): Promise<readonly SubscriptionChange[]> {
  const changes = wanted.map((each) => changeOf(session, each, held, clock()));
  for (const { clientId, filter, sessionIdentifier, atMs } of changes) {
    if (edge !== 'lifecycle' || parseSharedFilter(filter).shareName === undefined) continue;
    await shareGroups.leave(filter, groupMember(clientId, sessionIdentifier), positionAt(atMs));
  }
  return changes;
}

/** After the subscription its route: whoever finds a route without subscribers looks a second time. */
export async function route(
  session: Session,
  { filter }: WantedSubscription,
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<void> {
  const { sessionExpiryInterval } = session;
  const { keepAliveSeconds = 0 } = newestConnection(session);
  if (edge === 'lifecycle') await routeForLifecycle({ filter }, session, dependencies);
  else await routeForPackets(filter, { sessionExpiryInterval, keepAliveSeconds }, dependencies);
}

/** Subscribes a session that is there to a filter. */
export async function subscribe(
  session: Session,
  wanted: WantedSubscription,
  held: readonly Subscription[],
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<void> {
  for (const change of await changesTo(session, [wanted], held, edge, dependencies))
    await dependencies.subscriptions.apply(change);
  await route(session, wanted, edge, dependencies);
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
