import { exists, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import { type Closed, closeAtBroker, closeAtPacketEdge } from './close-connection.ts';
import { record } from './record.ts';

export type Disconnection = { readonly outcome: Closed | 'notFound' };

/** The broker knows best whether there is a connection; the session may be wrong about it for a while. */
async function disconnectAtBroker(session: Session, dependencies: OperatorDependencies): Promise<Closed> {
  const { clientId, status } = session;
  const answer = await dependencies.broker.connection(clientId);
  const isConnected =
    answer.outcome === 'found' ? answer.value.connected : answer.outcome !== 'unknownClient';
  if (isConnected) return closeAtBroker(clientId, false, dependencies);
  // An event that was lost is made good.
  if (status === 'connected') await dependencies.requests.lookUp({ kind: 'lookUp', clientId, attempt: 1 }, 0);
  return 'notConnected';
}

/** Ends the connection of a client; its session stays, for as long as it would after any lost connection. */
export async function disconnect(
  clientId: string,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<Disconnection> {
  const session = await dependencies.sessions.get(clientId);
  if (!exists(session, dependencies.clock())) return { outcome: 'notFound' };
  const isOfPacketEdge = edgeOf(clientId, session, dependencies.configuration) === 'packets';
  const outcome = await (isOfPacketEdge
    ? closeAtPacketEdge(clientId, dependencies)
    : disconnectAtBroker(session, dependencies));
  await record('disconnect', session, { outcome }, operator, dependencies);
  return { outcome };
}
