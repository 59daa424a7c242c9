import { afterChange } from '#edge/after-change';
import type { Change } from '#edge/change-session';
import { routeAll } from '#packet-edge/route-subscription';
import { newestConnection, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { EndDependencies } from '../dependencies.ts';

/** A change that was made before, by somebody who may have died afterwards. */
export function again(session: Session): Change {
  return { transition: { isChange: false, outcome: 'duplicate', session }, prior: session };
}

/** Wills that the change has made due are published by the packet edge; one that is asked for twice is published once. */
async function requestWills(session: Session, { requests, clock }: EndDependencies): Promise<void> {
  for (const { connection, atMs } of session.dueWills ?? []) {
    const request = { kind: 'will', clientId: session.clientId, connectionId: connection } as const;
    await requests.will(request, Math.max(0, Math.round((atMs - clock()) / 1000)));
  }
}

/** What follows from an act as from any other change of a session; done again, it changes nothing more. */
export async function followUp(change: Change, dependencies: EndDependencies): Promise<void> {
  const { transition, prior } = change;
  const { session, outcome } = transition;
  if (session === undefined) return;
  await requestWills(session, dependencies);
  if (edgeOf(session.clientId, session, dependencies.configuration) === 'lifecycle') {
    await afterChange(change, dependencies);
    return;
  }
  const lastsLonger = prior !== undefined && session.sessionExpiryInterval > prior.sessionExpiryInterval;
  if (session.status === 'ended' || !(lastsLonger || outcome === 'duplicate')) return;
  await routeAll(session, newestConnection(session).keepAliveSeconds ?? 0, dependencies);
}
