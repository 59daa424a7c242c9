import type { CloseReason, ConnectionContext } from '#packets/carrying/exchange';
import type { Carriage } from '#store/inflight/carriages';
import type { CarrierDependencies } from './dependencies.ts';

/** The packet edge itself has ended the connection, after DISCONNECT or an error: it knows. */
export const CLOSED_BY_SERVICE = 'CLOSED_BY_SERVICE';

/** What ends a connection: a device's frame names it, the end of what carried it has a time only. */
export interface CarriageEnd {
  readonly connectionId?: string;
  readonly reason: CloseReason;
  /** The broker's time, epoch milliseconds. */
  readonly atMs: number;
}

export interface EndedCarriage {
  readonly outcome: 'ended' | 'ended before' | 'not open';
  /** The one that was meant, unless it is not known any more. */
  readonly carriage?: Carriage;
}

/**
 * Ends a client's connection, and says so to the packet edge; again, if that has failed the first time. The
 * end of what carried an older connection changes nothing.
 */
export async function endCarriage(
  clientId: string,
  end: CarriageEnd,
  dependencies: CarrierDependencies,
): Promise<EndedCarriage> {
  const result = await dependencies.carriages.close(clientId, end);
  if (result.closed) {
    await tellEnded(result.carriage, end, dependencies);
    return { outcome: 'ended', carriage: result.carriage };
  }
  const { current } = result;
  const isMeant =
    end.connectionId === undefined
      ? current !== undefined && current.openedAtMs <= end.atMs
      : current?.connectionId === end.connectionId;
  if (!isMeant || current?.closed === undefined) return { outcome: 'not open' };
  const { reason, atMs } = current.closed;
  if (reason !== CLOSED_BY_SERVICE) {
    await tellEnded(current, { reason: reason as CloseReason, atMs }, dependencies);
  }
  return { outcome: 'ended before', carriage: current };
}

/** Tells the packet edge. A connection whose CONNECT was never accepted is nothing to it. */
export async function tellEnded(
  { clientId, connectionId, context }: Carriage,
  { reason, atMs }: Pick<CarriageEnd, 'reason' | 'atMs'>,
  { packets }: CarrierDependencies,
): Promise<void> {
  if (context === undefined) return;
  await packets({
    connection: { id: connectionId, carrier: { kind: 'iot' }, clientId },
    context: JSON.parse(context) as ConnectionContext,
    packets: [],
    closed: { reason, atMs },
  });
}
