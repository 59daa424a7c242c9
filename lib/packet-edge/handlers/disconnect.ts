import { REASON_CODES } from '#packets/reason-codes';
import type { DisconnectPacket } from '#packets/types';
import { changeInterval } from '#session/expiry';
import { DISCONNECT_REASON } from '#session/life/disconnect-reason';
import { endConnection } from '../connections/end-connection.ts';
import type { Exchange } from '../exchange.ts';
import { refusePacket } from '../refuse-packet.ts';

/** The client says goodbye, and may change the interval, but not from 0 (MQTT 5, 3.14.2.2.2). */
export async function disconnect(exchange: Exchange, packet: DisconnectPacket, atMs: number): Promise<void> {
  const { context } = exchange;
  const asked = packet.properties.sessionExpiryInterval;
  const change = asked === undefined ? undefined : changeInterval(context?.sessionExpiryInterval ?? 0, asked);
  if (change?.changed === false) {
    await refusePacket(exchange, { reasonCode: REASON_CODES.protocolError, reason: change.reason }, atMs);
    return;
  }
  const { byClient, byClientWithWill } = DISCONNECT_REASON;
  const reason = packet.reasonCode === REASON_CODES.normalDisconnection ? byClient : byClientWithWill;
  await endConnection(exchange, atMs, reason, asked);
}
