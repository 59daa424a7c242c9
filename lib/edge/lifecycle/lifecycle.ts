import { choosePolicy } from '#session/configuration/policy';
import { edgeOf } from '#session/session-edge';
import type { EdgeDependencies } from '../dependencies.ts';
import { handleCarrierEvent } from './carrier-event.ts';
import { handleConnected, handleDisconnected } from './connections.ts';
import { handleDeclared } from './declarations.ts';
import type { LifecycleEvent } from './lifecycle-event.ts';
import { handleSubscriptions } from './subscriptions.ts';

/**
 * Whether an event is of a connection that began a session here, before the client's policy moved it to the packet edge:
 * nobody else would end that session.
 */
async function isOfSessionHere(
  event: LifecycleEvent,
  { sessions, configuration }: EdgeDependencies,
): Promise<boolean> {
  if (!('sessionIdentifier' in event) || event.eventType === 'connected') return false;
  const { clientId, sessionIdentifier } = event;
  const session = await sessions.get(clientId);
  if (session === undefined || edgeOf(clientId, session, configuration) === 'packets') return false;
  return session.connections.some((each) => each.sessionIdentifier === sessionIdentifier);
}

/**
 * One event of the broker or of a device. Events come late, twice and in any order; handling one again
 * changes nothing and repeats what may have been left undone.
 *
 * @returns what it meant, for logs and metrics
 */
export async function handleLifecycleEvent(
  event: LifecycleEvent,
  dependencies: EdgeDependencies,
  attempt = 0,
): Promise<string> {
  const { ignore, edge } = choosePolicy(dependencies.configuration.policies, event.clientId);
  if (ignore) return 'ignored';
  if (edge === 'packets' && !(await isOfSessionHere(event, dependencies)))
    return handleCarrierEvent(event, dependencies);
  switch (event.eventType) {
    case 'connected':
      return handleConnected(event, dependencies);
    case 'disconnected':
      return handleDisconnected(event, dependencies);
    case 'subscribed':
    case 'unsubscribed':
      return handleSubscriptions(event, dependencies);
    case 'declared':
      return handleDeclared(event, attempt, dependencies);
    case 'connect_failed':
      // Who may not connect changes no session: the identity is not proven.
      return 'connectFailed';
  }
}
