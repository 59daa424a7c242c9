import type { ConnectionContext } from '#packets/carrying/exchange';
import { generatePacket } from '#packets/generating/generate';
import { REASON_CODES } from '#packets/reason-codes';
import type { Carriage } from '#store/inflight/carriages';
import type { CarrierDependencies } from './dependencies.ts';
import { CLOSED_BY_SERVICE, endCarriage } from './end-carriage.ts';
import { closeConnection } from './send-down.ts';

/** DISCONNECT says why; MQTT 3.1.1 has none of the server's. */
function tellClosed(
  { clientId, connectionId, context }: Pick<Carriage, 'clientId' | 'connectionId' | 'context'>,
  reasonCode: number,
  dependencies: CarrierDependencies,
): Promise<string> {
  const version = context === undefined ? 4 : (JSON.parse(context) as ConnectionContext).protocolVersion;
  return closeConnection(
    clientId,
    {
      connection: connectionId,
      reasonCode,
      ...(version === 5 && { packets: generatePacket({ cmd: 'disconnect', reasonCode }, 5) }),
    },
    dependencies,
  );
}

/**
 * Ends a connection that a newer one of the same client has taken over, and tells the device. [MQTT-3.1.4-3]
 * Where the newer one is carried as well, its device knows.
 */
export async function endTakenOver(
  clientId: string,
  connectionId: string,
  dependencies: CarrierDependencies,
): Promise<string> {
  const atMs = dependencies.clock();
  const end = { connectionId, reason: CLOSED_BY_SERVICE, atMs };
  const ended = await dependencies.carriages.close(clientId, end);
  if (!ended.closed) return 'not open';
  return tellClosed(ended.carriage, REASON_CODES.sessionTakenOver, dependencies);
}

/** Ends a connection for an operator: the session hears of it, and the device is told why. */
export async function closeCarriage(
  clientId: string,
  connectionId: string,
  dependencies: CarrierDependencies,
): Promise<string> {
  const end = { connectionId, reason: 'API_INITIATED_DISCONNECT', atMs: dependencies.clock() } as const;
  const { outcome, carriage } = await endCarriage(clientId, end, dependencies);
  if (carriage === undefined) return outcome;
  // Again, if it was ended before: who did so may have died before the device was told.
  return tellClosed(carriage, REASON_CODES.administrativeAction, dependencies);
}
