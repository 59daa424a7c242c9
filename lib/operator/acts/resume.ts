import { dispatchSignals, onlineAmong } from '#packet-edge/signals/signals';
import { exists, newestConnection } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import { record } from './record.ts';

export interface Resumption {
  /** `requested`: what waits is looked for now. */
  readonly outcome: 'notFound' | 'notConnected' | 'requested';
}

/** Has what waits for a connected client looked for and delivered now. Nothing comes twice by it. */
export async function resume(
  clientId: string,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<Resumption> {
  const { sessions, requests, clock, configuration } = dependencies;
  const session = await sessions.get(clientId);
  if (!exists(session, clock())) return { outcome: 'notFound' };
  const outcome = session.status === 'connected' ? 'requested' : 'notConnected';
  if (outcome === 'requested') {
    if (edgeOf(clientId, session, configuration) === 'packets') await signalLook(clientId, dependencies);
    else {
      const { sessionIdentifier } = newestConnection(session);
      await requests.delivery({ clientId, sessionIdentifier, attempt: 0, purpose: 'catchUp' });
    }
  }
  await record('resume', session, { outcome }, operator, dependencies);
  return { outcome };
}

/** Has the connection of a client of the packet edge look at everything. */
export async function signalLook(clientId: string, dependencies: OperatorDependencies): Promise<void> {
  const online = await onlineAmong([clientId], dependencies);
  const signals = online.map(({ carrier, connectionId }) => ({
    clientId,
    carrier,
    signal: { kind: 'look', connectionId } as const,
  }));
  await dispatchSignals(signals, dependencies);
}
