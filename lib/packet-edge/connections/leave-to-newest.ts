import type { ConnectionContext } from '#packets/carrying/exchange';
import type { Session } from '#session/session';
import { TakenOverError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { FOUND_AFTER_MS } from '../limits.ts';
import { dispatchSignals, onlineAmong } from '../signals/signals.ts';
import { sessionOfNewest } from './newest-connection.ts';

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
