import { takeOverDelivered } from '#edge/session-end/take-over-delivered';
import type { ConnectionContext } from '#packets/carrying/exchange';
import { type Flow, startFlow } from '#session/flow/flow';
import { confirm, sendAgain } from '#session/flow/outbound';
import { LOG_START } from '#session/position';
import { isNewest } from './connections/newest-connection.ts';
import type { PacketEdgeDependencies } from './dependencies.ts';

export type LoadedFlow =
  | {
      readonly outcome: 'loaded';
      readonly flow: Flow;
      /** The item in the table, whatever life it belongs to; undefined: there is none. */
      readonly stored: Flow | undefined;
    }
  | { readonly outcome: 'takenOver' };

/**
 * Reads the flow of a connection's client. What an answer was to send that never reached the carrier is to be
 * sent again. A flow of an earlier life is replaced by a new one; one that was last used by another connection is
 * taken over with everything in it to be sent again, unless that connection is the newer one.
 */
export async function loadFlow(
  context: ConnectionContext,
  connectionId: string,
  dependencies: PacketEdgeDependencies,
): Promise<LoadedFlow> {
  const { clientId, incarnation } = context;
  const stored = await dependencies.flows.get(clientId);
  if (stored?.incarnation === incarnation && stored.connection === connectionId) {
    const { answered = stored.revision, ...flow } = stored;
    const isConfirmed = context.flowRevision === stored.revision || context.flowRevision === answered;
    return { outcome: 'loaded', flow: isConfirmed ? confirm(flow) : sendAgain(flow), stored };
  }
  // Without an item nobody has anything under way, and a stale connection cannot do harm: what it takes from the log
  // a newer one has found at its CONNECT, or is signalled, and takes over with the flow.
  if (stored !== undefined && !(await isNewest(context, connectionId, dependencies)))
    return { outcome: 'takenOver' };
  if (stored?.incarnation !== incarnation) {
    await takeOverDelivered(stored, dependencies.sessions);
    // Messages before a subscription are not owed, so the start of the log is early enough.
    const fresh = startFlow(clientId, incarnation, connectionId, context.owedFrom ?? LOG_START);
    return { outcome: 'loaded', flow: { ...fresh, revision: stored?.revision ?? 0 }, stored };
  }
  const [first] = stored.outbound;
  // Stamps of another connection may be those of another clock.
  const { resendFrom: _, unconfirmedFrom: __, inboundAtMs: ___, ...more } = stored;
  const { limited: ____, answered: _____, ...rest } = more;
  const flow: Flow = {
    ...rest,
    connection: connectionId,
    ...(first !== undefined && { resendFrom: first.packetId }),
  };
  return { outcome: 'loaded', flow, stored };
}
