import { groupMember, routeSubscription as routeForLifecycle } from '#edge/after-change';
import { FOUND_AFTER_MS } from '#packet-edge/limits';
import { routeSubscription as routeForPackets } from '#packet-edge/route-subscription';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import { optionsOf, type Subscription, type SubscriptionChange } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { signalLook } from '../acts/resume.ts';
import type { OperatorDependencies } from '../dependencies.ts';
import { expectDelivery } from './expect-delivery.ts';
import { afterKnownMs, isBrokers, live, type NotDone } from './held.ts';
import { isAsWanted, type WantedSubscription } from './wanted.ts';

/** What it takes to subscribe a session to a filter, as of now, in the name of its newest connection. */
function changeOf(
  session: Session,
  wanted: WantedSubscription,
  known: Subscription | undefined,
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
    // Whatever the clocks say.
    atMs: Math.max(nowMs, afterKnownMs(known, session)),
    qos,
    ...optionsOf(wanted),
    isProvisioned: true,
  };
}

/**
 * Where nobody of a share group is online, its messages wait from now on; before the subscription: who finds that does
 * not look again.
 */
async function awaitGroup(
  session: Session,
  { filter }: WantedSubscription,
  edge: SessionEdge,
  { shareGroups, clock }: OperatorDependencies,
): Promise<void> {
  if (edge !== 'lifecycle' || parseSharedFilter(filter).shareName === undefined) return;
  const { clientId } = session;
  const member = groupMember(clientId, newestConnection(session).sessionIdentifier);
  await shareGroups.leave(filter, member, positionAt(clock()));
}

/** The changes that subscribe a session, which has just begun, to filters. */
export async function firstChanges(
  session: Session,
  wanted: readonly WantedSubscription[],
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<readonly SubscriptionChange[]> {
  for (const each of wanted) await awaitGroup(session, each, edge, dependencies);
  return wanted.map((each) => changeOf(session, each, undefined, dependencies.clock()));
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

async function isHeldAsWanted(
  session: Session,
  wanted: WantedSubscription,
  edge: SessionEdge,
  { subscriptions }: OperatorDependencies,
): Promise<boolean> {
  const all = await subscriptions.list(session.clientId);
  const held = live(
    session,
    all.find(({ filter }) => filter === wanted.filter),
  );
  return held !== undefined && isAsWanted(held, wanted, edge);
}

export type Subscribed =
  | { readonly outcome: 'created' | 'changed' | 'unchanged'; readonly subscription: Subscription }
  | NotDone;

/**
 * Subscribes a session that is there to a filter, if it is not as wanted. Whoever died behind the subscription has left
 * it without its route: that is made sure of in any case.
 */
export async function subscribe(
  session: Session,
  wanted: WantedSubscription,
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<Subscribed> {
  const ofBroker = isBrokers(session, edge);
  if (!ofBroker && !(await isHeldAsWanted(session, wanted, edge, dependencies))) {
    await expectDelivery(session, edge, dependencies);
    await awaitGroup(session, wanted, edge, dependencies);
  }
  let outcome = 'unchanged' as Exclude<Subscribed['outcome'], 'overtaken'>;
  const applied = await dependencies.sessionSubscriptions.apply(session, wanted.filter, (known) => {
    const held = live(session, known);
    const isDone = held !== undefined && isAsWanted(held, wanted, edge);
    if (isDone) outcome = 'unchanged';
    else if (ofBroker) outcome = 'ofBroker';
    else outcome = held === undefined ? 'created' : 'changed';
    return isDone || ofBroker ? undefined : changeOf(session, wanted, known, dependencies.clock());
  });
  if (applied.outcome === 'overtaken') return applied;
  const { subscription } = applied;
  if (outcome === 'ofBroker' || subscription === undefined) return { outcome: 'ofBroker' };
  await route(session, wanted, edge, dependencies);
  return { outcome, subscription };
}

/** Has a connected client of the packet edge look at what came for what it was subscribed to. */
export async function announce(
  { clientId, status }: Session,
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<void> {
  if (edge === 'lifecycle' || status !== 'connected') return;
  // Until then publishers may not find the subscription.
  await dependencies.sleep(FOUND_AFTER_MS);
  await signalLook(clientId, dependencies);
}
