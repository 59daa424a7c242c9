import type { Change } from '#edge/change-session';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import type { Exchange } from '../exchange.ts';
import { routeAll } from '../route-subscription.ts';
import { executeWills } from '../wills/wills.ts';
import { disconnectSession } from './session-changes.ts';

/**
 * Writes the end of the connection to the session: it waits for its client, or ends when its interval is 0.
 * The end of a connection that was taken over changes nothing.
 *
 * @param sessionExpiryInterval as DISCONNECT has set it anew
 */
export async function endConnection(
  exchange: Exchange,
  atMs: number,
  reason: string,
  sessionExpiryInterval?: number,
): Promise<void> {
  exchange.close();
  const { context, connectionId, dependencies } = exchange;
  if (context === undefined) return;
  // What was acknowledged just before counts.
  await exchange.save();
  const { clientId, incarnation } = context;
  const change = await disconnectSession(
    clientId,
    connectionId,
    { atMs, reason, incarnation, ...(sessionExpiryInterval !== undefined && { sessionExpiryInterval }) },
    dependencies,
  );
  await afterEnd(change, context.keepAliveSeconds, dependencies, exchange);
}

/** What follows from the end of a connection: its will, and how long messages are kept. */
export async function afterEnd(
  { transition, prior }: Change,
  keepAliveSeconds: number,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<void> {
  const { session, outcome } = transition;
  if (session === undefined) return;
  await executeWills(prior, session, dependencies, exchange);
  const lastsLonger = prior !== undefined && session.sessionExpiryInterval > prior.sessionExpiryInterval;
  // Who handled it first may have died before.
  if (lastsLonger || outcome === 'duplicate') await routeAll(session, keepAliveSeconds, dependencies);
}
