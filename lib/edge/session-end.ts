import { endOf } from '#session/connection';
import type { EndReason } from '#session/life';
import { lossWindowMs } from '#session/loss-window';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import type { Settings } from '#session/settings';
import type { Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topic-filter';
import { identifiersOfLife } from '#session/transition';
import type { MessageLog } from '#store/message-log';
import type { RouteStore } from '#store/routes';
import type { SessionStore } from '#store/sessions';
import type { ShareGroupStore } from '#store/share-groups';
import type { SubscriptionStore } from '#store/subscriptions';
import { groupMember } from './after-change.ts';
import { countLost } from './lost-messages.ts';
import type { Requests } from './requests.ts';
import type { SessionEndedDetail } from './session-events.ts';

export interface SessionEndDependencies {
  readonly sessions: SessionStore;
  readonly subscriptions: SubscriptionStore;
  readonly routes: RouteStore;
  readonly shareGroups: ShareGroupStore;
  readonly messages: MessageLog;
  readonly requests: Requests;
  readonly publish: (detail: SessionEndedDetail) => Promise<void>;
  readonly settings: Settings;
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
  const { subscriptions, shareGroups, requests, settings } = dependencies;
  const { shareName, filter } = parseSharedFilter(subscription.filter);
  if (shareName !== undefined) {
    const connection = newestConnection(ended);
    const endedAtMs = endOf(connection) ?? ended.endsAtMs ?? connection.seenAtMs;
    const owedFrom = positionAt(endedAtMs - lossWindowMs(connection, false, settings));
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
 * Cleans up after a life of a client: says what was lost with it, then removes its subscriptions, and the
 * routes that nobody else needs. The session itself has ended already, at its own time; this is the janitor.
 *
 * @param ended the session as it stood before it ended
 */
export async function cleanUp(
  ended: Session,
  reason: EndReason,
  endedAtMs: number,
  announce: boolean,
  dependencies: SessionEndDependencies,
): Promise<{ readonly removed: number }> {
  const { sessions, subscriptions, publish, settings, routes, messages } = dependencies;
  const all = await subscriptions.list(ended.clientId);
  if (announce) {
    const stores = { routes, log: messages };
    const lost = reason === 'expired' ? await countLost(ended, all, endedAtMs, settings, stores) : undefined;
    await publish({
      version: 1,
      clientId: ended.clientId,
      incarnation: ended.incarnation,
      reason,
      endedAt: new Date(endedAtMs).toISOString(),
      sessionExpiryInterval: ended.sessionExpiryInterval,
      ...(lost !== undefined && { lost }),
    });
  }
  const living = await sessions.get(ended.clientId);
  const remains = all.filter((subscription) => isRemains(subscription, living));
  for (const subscription of remains) await removeSubscription(ended, subscription, dependencies);
  return { removed: remains.length };
}
