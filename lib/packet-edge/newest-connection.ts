import type { ConnectionContext } from '#packets/exchange';
import { newestConnection, type Session } from '#session/session';
import type { PacketEdgeDependencies } from './dependencies.ts';
import { TakenOverError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { FOUND_AFTER_MS } from './limits.ts';
import { dispatchSignals, onlineAmong } from './signals.ts';

/** The session, if the connection is the one that its newest CONNECT made. */
async function sessionOfNewest(
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

/**
 * Leaves what has been subscribed to the newest connection, unless this is it. That one may have looked before the
 * subscription was there, and whoever published since may not have found it: it is told once everybody does.
 *
 * @returns the session as it stands now
 * @throws TakenOverError when there is a newer connection
 */
export async function leaveToNewest(exchange: Exchange, context: ConnectionContext): Promise<Session> {
  const { connectionId, dependencies } = exchange;
  const session = await sessionOfNewest(context, connectionId, dependencies);
  if (session !== undefined) return session;
  await dependencies.sleep(FOUND_AFTER_MS);
  const { clientId, incarnation } = context;
  const newest = (await onlineAmong([clientId], dependencies)).filter(
    (each) => each.incarnation === incarnation,
  );
  const signals = newest.map(({ carrier, connectionId: id }) => ({
    clientId,
    carrier,
    signal: { kind: 'look', connectionId: id } as const,
  }));
  // Not by way of the answer, for which nobody may be waiting.
  await dispatchSignals(signals, dependencies);
  throw new TakenOverError(`${connectionId} was taken over before it had subscribed`);
}
