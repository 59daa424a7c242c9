import type { ConnectionContext } from '#packets/carrying/exchange';
import { newestConnection, type Session } from '#session/session';
import type { PacketEdgeDependencies } from '../dependencies.ts';

/** The session, if the connection is the one that its newest CONNECT made. */
export async function sessionOfNewest(
  { clientId, incarnation }: ConnectionContext,
  connectionId: string,
  { sessions }: Pick<PacketEdgeDependencies, 'sessions'>,
): Promise<Session | undefined> {
  const session = await sessions.get(clientId);
  if (session === undefined || session.incarnation !== incarnation) return undefined;
  return newestConnection(session).sessionIdentifier === connectionId ? session : undefined;
}

/** Whether the connection is the one that the session's newest CONNECT made. */
export async function isNewest(
  context: ConnectionContext,
  connectionId: string,
  dependencies: Pick<PacketEdgeDependencies, 'sessions'>,
): Promise<boolean> {
  return (await sessionOfNewest(context, connectionId, dependencies)) !== undefined;
}
