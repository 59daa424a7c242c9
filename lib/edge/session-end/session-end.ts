import type { PublishedEvent } from '#history/event-schemas';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { identifiersOfLife } from '#session/life/compute-session';
import { endOf } from '#session/life/connection';
import { lossWindowMs } from '#session/life/loss-window';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { HistoryStore } from '#store/history/history';
import type { FlowStore } from '#store/inflight/flows';
import type { MessageLog } from '#store/messages/message-log';
import type { RouteStore } from '#store/routes/routes';
import type { SessionStore } from '#store/sessions/sessions';
import type { ShareGroupStore } from '#store/share-groups/share-groups';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import { groupMember } from '../after-change.ts';
import { eachAtOnce } from '../each-at-once.ts';
import type { Requests } from '../requests.ts';
import { endEvent, lostEntry } from './end-announcement.ts';
import type { EndedSession } from './ended-session.ts';
import { countLost } from './lost-messages.ts';
import { takeOverDelivered } from './take-over-delivered.ts';

export interface SessionEndDependencies {
  readonly sessions: SessionStore;
  readonly subscriptions: SubscriptionStore;
  readonly routes: RouteStore;
  readonly shareGroups: ShareGroupStore;
  readonly flows: FlowStore;
  readonly messages: MessageLog;
  readonly requests: Requests;
  readonly publish: (events: readonly PublishedEvent[]) => Promise<void>;
  readonly history: Pick<HistoryStore, 'append'>;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}

/** Everything of a client that is of no life but this one; nothing lives when there is no session. */
function isRemains(subscription: Subscription, living: Session | undefined): boolean {
  if (living === undefined || living.status === 'ended') return true;
  if (subscription.incarnation === living.incarnation) return false;
  return !identifiersOfLife(living).has(subscription.sessionIdentifier);
}

async function removeSubscription(
  ended: Session,
  subscription: Subscription,
  dependencies: SessionEndDependencies,
) {
  const { subscriptions, shareGroups, requests, configuration } = dependencies;
  const { shareName, filter } = parseSharedFilter(subscription.filter);
  if (shareName !== undefined) {
    const connection = newestConnection(ended);
    const endedAtMs = endOf(connection) ?? ended.endsAtMs ?? connection.seenAtMs;
    const owedFrom = positionAt(endedAtMs - lossWindowMs(connection, false, configuration.settings));
    await shareGroups.leave(
      subscription.filter,
      groupMember(ended.clientId, subscription.sessionIdentifier),
      owedFrom,
    );
  }
  // The request first: a crash in between leaves a route to be checked, not one that stays for ever.
  await requests.routeCheck({ filter, step: 'mark' }, 1);
  await subscriptions.remove(subscription);
}

/**
 * A will is published by whoever ended its connection, or by the request that was made then. This is for those
 * that a crash has left: they are still on the session, or were when it was removed.
 */
async function requestWills(
  { session, isRemoved }: EndedSession,
  living: Session | undefined,
  { requests, clock }: SessionEndDependencies,
): Promise<void> {
  const { clientId } = session;
  const nowMs = clock();
  const left = isRemoved ? session.dueWills : living?.dueWills;
  for (const { connection, position, atMs } of left ?? []) {
    if (atMs > nowMs) continue;
    const request = { kind: 'will', clientId, connectionId: connection } as const;
    await requests.will({ ...request, ...(isRemoved && { removed: { position, atMs } }) }, 0);
  }
}

function isShared({ filter }: Pick<Subscription, 'filter'>): boolean {
  return parseSharedFilter(filter).shareName !== undefined;
}

/**
 * Removes the flow, unless the client is or was a member of share groups: then whoever gives what it was to get to
 * other members needs it, and removes it.
 */
async function removeFlow(
  { clientId, incarnation, carrier }: Session,
  subscriptions: readonly Subscription[],
  { flows, sessions, requests }: SessionEndDependencies,
): Promise<void> {
  if (carrier === undefined) return;
  if (subscriptions.some(isShared)) {
    await requests.memberEnded({ kind: 'memberEnded', clientId, incarnation });
    return;
  }
  const flow = await flows.get(clientId);
  if (flow?.incarnation !== incarnation) return;
  await takeOverDelivered(flow, sessions);
  await flows.remove(clientId, incarnation);
}

/**
 * Cleans up after a life of a client: says what was lost with it, then removes its subscriptions, and the
 * routes that nobody else needs, and its flow. The session itself has ended already, at its own time; this is the
 * janitor.
 */
export async function cleanUp(
  ended: EndedSession,
  dependencies: SessionEndDependencies,
): Promise<{ readonly removed: number }> {
  const { session, reason, endedAtMs, announce } = ended;
  const { clientId } = session;
  const { sessions, subscriptions, flows, publish, history, configuration, routes, messages } = dependencies;
  const all = await subscriptions.list(clientId);
  if (announce) {
    const stores = { routes, log: messages, flows };
    const had = { session, subscriptions: all, endedAtMs };
    const lost = reason === 'expired' ? await countLost(had, configuration, stores) : undefined;
    if (lost !== undefined && lost.messages > 0) await history.append([lostEntry(ended, lost)]);
    await publish([endEvent(ended, lost)]);
  }
  // Read after what it is held against: nothing of a life that begins meanwhile is in the list.
  const living = await sessions.get(clientId);
  await requestWills(ended, living, dependencies);
  const remains = all.filter((subscription) => isRemains(subscription, living));
  // Before the subscriptions, which are what it is known by when this is done again.
  await removeFlow(session, all, dependencies);
  await eachAtOnce(remains, (subscription) => removeSubscription(session, subscription, dependencies));
  return { removed: remains.length };
}
