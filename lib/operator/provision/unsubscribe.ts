import { groupMember } from '#edge/after-change';
import { positionAt } from '#session/position';
import type { Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import type { Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { OperatorDependencies } from '../dependencies.ts';
import { afterKnownMs, isBrokers, live, type NotDone } from './held.ts';

export type Unsubscribed = { readonly outcome: 'unsubscribed' | 'notSubscribed' } | NotDone;

/**
 * Ends a subscription of a session, as of when it was made: what its device has subscribed since, also if it is heard of
 * later, stays.
 */
export async function unsubscribe(
  session: Session,
  { filter, isProvisioned }: Subscription,
  edge: SessionEdge,
  { sessionSubscriptions, shareGroups, requests, clock }: OperatorDependencies,
): Promise<Unsubscribed> {
  const { clientId, incarnation, connections } = session;
  const ofBroker = isBrokers(session, edge);
  if (ofBroker && !isProvisioned) return { outcome: 'ofBroker' };
  const shared = parseSharedFilter(filter);
  // What an operator has subscribed was never heard on any connection: none is in the group for it.
  if (shared.shareName !== undefined && !isProvisioned) {
    for (const connection of connections)
      await shareGroups.leave(
        filter,
        groupMember(clientId, connection.sessionIdentifier),
        positionAt(clock()),
      );
  }
  // The request first: a crash in between leaves a route to be checked, not one that stays for ever.
  await requests.routeCheck({ filter: shared.filter, step: 'mark' }, 1);
  let outcome = 'notSubscribed' as Exclude<Unsubscribed['outcome'], 'overtaken'>;
  const applied = await sessionSubscriptions.apply(session, filter, (known) => {
    const held = live(session, known);
    outcome = held === undefined ? 'notSubscribed' : 'unsubscribed';
    if (held === undefined) return undefined;
    if (ofBroker && !held.isProvisioned) {
      outcome = 'ofBroker';
      return undefined;
    }
    const { sessionIdentifier } = held;
    const atMs = afterKnownMs(known, session);
    return { clientId, filter, incarnation, sessionIdentifier, kind: 'unsubscribed', atMs };
  });
  return applied.outcome === 'overtaken' ? applied : { outcome };
}
