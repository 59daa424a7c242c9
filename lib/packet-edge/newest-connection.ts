import type { ConnectionContext } from '#packets/exchange';
import { newestConnection } from '#session/session';
import type { PacketEdgeDependencies } from './dependencies.ts';
import { TakenOverError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { FOUND_AFTER_MS } from './limits.ts';
import { dispatchSignals, onlineAmong } from './signals.ts';

/** Whether the connection is the one that the session's newest CONNECT made. */
export async function isNewest(
  { clientId, incarnation }: ConnectionContext,
  connectionId: string,
  { sessions }: Pick<PacketEdgeDependencies, 'sessions'>,
): Promise<boolean> {
  const session = await sessions.get(clientId);
  if (session === undefined || session.incarnation !== incarnation) return false;
  return newestConnection(session).sessionIdentifier === connectionId;
}

/**
 * Leaves what has been subscribed to the newest connection, unless this is it. That one may have looked before the
 * subscription was there, and whoever published since may not have found it: it is told once everybody does.
 *
 * @throws TakenOverError when there is a newer connection
 */
export async function leaveToNewest(exchange: Exchange, context: ConnectionContext): Promise<void> {
  const { connectionId, dependencies } = exchange;
  if (await isNewest(context, connectionId, dependencies)) return;
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
