import { REASON_CODES } from '#packets/reason-codes';
import type { DisconnectPacket } from '#packets/types';
import { changeInterval } from '#session/expiry';
import { endConnection } from '../connections/end-connection.ts';
import type { Exchange } from '../exchange.ts';
import { refusePacket } from '../refuse-packet.ts';

/** As IoT Core's events have it: the client's own DISCONNECT; its will is deleted unpublished. [MQTT-3.14.4-3] */
const NORMAL = 'CLIENT_INITIATED_DISCONNECT';
/** DISCONNECT with any other reason code: the will is published. [MQTT-3.1.2-10] */
const WITH_WILL = 'DISCONNECT_WITH_WILL';

/** The client says goodbye, and may change the interval, but not from 0 (MQTT 5, 3.14.2.2.2). */
export async function disconnect(exchange: Exchange, packet: DisconnectPacket, atMs: number): Promise<void> {
  const { context } = exchange;
  const asked = packet.properties.sessionExpiryInterval;
  const change = asked === undefined ? undefined : changeInterval(context?.sessionExpiryInterval ?? 0, asked);
  if (change?.changed === false) {
    await refusePacket(exchange, { reasonCode: REASON_CODES.protocolError, reason: change.reason }, atMs);
    return;
  }
  await endConnection(exchange, atMs, packet.reasonCode === REASON_CODES.success ? NORMAL : WITH_WILL, asked);
}
