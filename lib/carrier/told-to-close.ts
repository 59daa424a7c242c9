import type { ConnectionContext } from '#packets/exchange';
import { generatePacket } from '#packets/generate';
import { REASON_CODES } from '#packets/reason-codes';
import type { CarrierDependencies } from './dependencies.ts';
import { CLOSED_BY_SERVICE } from './end-carriage.ts';
import { closeConnection } from './send-down.ts';

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
  const ended = await dependencies.carriages.close(clientId, {
    connectionId,
    reason: CLOSED_BY_SERVICE,
    atMs,
  });
  if (!ended.closed) return 'not open';
  const reasonCode = REASON_CODES.sessionTakenOver;
  const { context } = ended.carriage;
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
