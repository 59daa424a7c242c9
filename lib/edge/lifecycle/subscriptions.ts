import { subscriptionsOfLife } from '#session/delivery/due';
import { identifiersOfLife } from '#session/life/compute-session';
import { startOf } from '#session/life/connection';
import type { QoS } from '#session/message';
import { positionAt } from '#session/position';
import { exists, newestConnection, type Session } from '#session/session';
import { checkTopicFilter, parseSharedFilter } from '#session/topics/topic-filter';
import { IOT_CORE_LIMITS } from '#session/topics/topic-name';
import { afterChange, groupMember, routeSubscription } from '../after-change.ts';
import { changeSession } from '../change-session.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { RefusedEventError } from '../errors.ts';
import { oneShapeTooMany } from '../one-shape-too-many.ts';
import { LOOK_UP_RETRY_SECONDS } from './connections.ts';
import { doubtResumed } from './doubt-resumed.ts';
import type { SubscriptionEvent } from './lifecycle-event.ts';

/** A SUBSCRIBE so soon after CONNECT may be what the look-up of the connection has seen. */
const SOON_MS = 60_000;

type Granted = ReadonlyMap<string, QoS> | undefined;

/** The event carries no QoS; the broker's own list does. */
async function grantedQoS(clientId: string, { broker }: EdgeDependencies): Promise<Granted> {
  const answer = await broker.subscriptions(clientId);
  if (answer.outcome !== 'found') return undefined;
  return new Map(answer.value.map(({ filter, qos }) => [filter, qos]));
}

/** Keeps one filter of the event, with the reason, for an operator; the others go on. */
async function refuse(
  event: SubscriptionEvent,
  filter: string,
  reason: string,
  { requests }: EdgeDependencies,
): Promise<void> {
  const one = { ...event, topics: [filter.slice(0, 1024)] };
  await requests.deadLetter('lifecycle', one, new RefusedEventError(reason));
}

async function subscribe(
  event: SubscriptionEvent,
  filter: string,
  session: Session,
  granted: Granted,
  dependencies: EdgeDependencies,
) {
  const { subscriptions, shareGroups } = dependencies;
  const { clientId, sessionIdentifier, timestamp } = event;
  const qos = granted?.get(filter);
  const { subscription } = await subscriptions.apply({
    clientId,
    filter,
    sessionIdentifier,
    incarnation: session.incarnation,
    kind: 'subscribed',
    atMs: timestamp,
    ...(qos !== undefined && { qos }),
  });
  // The subscription first, then its route: whoever finds a route without subscribers looks a second time.
  const isLive = subscription.subscribedAtMs.length > 0;
  if (isLive && (await routeSubscription(subscription, session, dependencies)) === 'refused') {
    // The broker has granted it already: its messages are heard on the connection, and none wait.
    await refuse(event, filter, oneShapeTooMany(filter, dependencies.configuration.settings), dependencies);
  }
  const newest = newestConnection(session);
  const isOnline = session.status === 'connected' && newest.sessionIdentifier === sessionIdentifier;
  if (isOnline && parseSharedFilter(filter).shareName !== undefined) {
    await shareGroups.join(filter, groupMember(clientId, sessionIdentifier));
  }
}

async function unsubscribe(
  event: SubscriptionEvent,
  filter: string,
  session: Session,
  dependencies: EdgeDependencies,
) {
  const { subscriptions, shareGroups, requests } = dependencies;
  const { clientId, sessionIdentifier, timestamp } = event;
  const change = { clientId, filter, sessionIdentifier, incarnation: session.incarnation };
  await subscriptions.apply({ ...change, kind: 'unsubscribed', atMs: timestamp });
  const shared = parseSharedFilter(filter);
  if (shared.shareName !== undefined) {
    await shareGroups.leave(filter, groupMember(clientId, sessionIdentifier), positionAt(timestamp));
  }
  await requests.routeCheck({ filter: shared.filter, step: 'mark' }, 0);
}

async function applyAll(
  event: SubscriptionEvent,
  session: Session,
  dependencies: EdgeDependencies,
): Promise<void> {
  const granted =
    event.eventType === 'subscribed' ? await grantedQoS(event.clientId, dependencies) : undefined;
  for (const filter of event.topics) {
    const check = checkTopicFilter(filter, IOT_CORE_LIMITS);
    if (!check.valid) {
      const reason = `The filter ${JSON.stringify(filter.slice(0, 300))} was refused: ${check.reason} [${check.clause}]`;
      await refuse(event, filter, reason, dependencies);
    } else if (event.eventType === 'subscribed') {
      await subscribe(event, filter, session, granted, dependencies);
    } else {
      await unsubscribe(event, filter, session, dependencies);
    }
  }
  if (event.eventType === 'subscribed' && granted === undefined) {
    await dependencies.requests.lookUp(
      { kind: 'lookUp', clientId: event.clientId, attempt: 1 },
      LOOK_UP_RETRY_SECONDS,
    );
  }
}

/** A client has changed its subscriptions: the session keeps them, and messages for them are logged. */
export async function handleSubscriptions(
  event: SubscriptionEvent,
  dependencies: EdgeDependencies,
): Promise<string> {
  const { clientId, sessionIdentifier, timestamp } = event;
  const change = await changeSession(
    clientId,
    { kind: 'connection', connection: { sessionIdentifier, seenAtMs: timestamp } },
    dependencies,
  );
  const { outcome, session } = change.transition;
  const wasUnknown = outcome !== 'duplicate' && outcome !== 'stale';
  const connection = session?.connections.find((each) => each.sessionIdentifier === sessionIdentifier);
  // Also when the event comes again: its first handler may have died in between.
  const isEarly = connection !== undefined && connection.connectedAtMs === undefined;
  if (wasUnknown || isEarly) {
    await afterChange(change, dependencies);
    // `connected` is late or lost: the broker is asked for what it would have led to.
    await dependencies.requests.lookUp({ kind: 'lookUp', clientId, attempt: 1 }, LOOK_UP_RETRY_SECONDS);
  }
  if (!exists(session, dependencies.clock()) || !identifiersOfLife(session).has(sessionIdentifier))
    return 'stale';
  if (timestamp < startOf(newestConnection(session)) && outcome === 'stale') return 'stale';
  if (connection?.brokerResumed === true && timestamp < startOf(connection) + SOON_MS) {
    await doubtResumed(clientId, connection, dependencies);
  }
  await applyAll(event, session, dependencies);
  const now = await dependencies.sessions.get(clientId);
  if (now !== undefined && now.incarnation !== session.incarnation) {
    // The life changed its name while the items were written.
    await dependencies.subscriptions.rehome(clientId, identifiersOfLife(now), now.incarnation);
  }
  if (now !== undefined && now.sessionExpiryInterval > session.sessionExpiryInterval) {
    // The interval became known meanwhile, to a handler that did not see these subscriptions yet.
    const all = subscriptionsOfLife(now, await dependencies.subscriptions.list(clientId));
    for (const subscription of all) await routeSubscription(subscription, now, dependencies);
  }
  return event.eventType;
}
