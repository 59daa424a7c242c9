import type { IDisconnectPacket } from 'mqtt-packet';
import { REASON } from '../reason-codes.ts';
import { type PacketContext, refuse } from './context.ts';

export function handleDisconnect(
  context: PacketContext,
  { reasonCode, properties }: IDisconnectPacket,
): void {
  const { broker, connection, established } = context;
  const { record, session } = established;
  const expirySeconds = properties?.sessionExpiryInterval;
  if (expirySeconds !== undefined) {
    if (!session.persistent && expirySeconds > 0) {
      // MQTT 5, 3.14.2.2.2
      const why = 'DISCONNECT with a session expiry interval, after 0 in CONNECT';
      refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.protocolError, why });
      return;
    }
    session.expirySeconds = Math.min(expirySeconds, broker.options.persistentSessionExpirySeconds);
    record.sessionExpirySeconds = session.expirySeconds;
  }
  if ((reasonCode ?? REASON.success) >= REASON.disconnectWithWill) {
    // CLIENT_INITIATED_DISCONNECT is documented as never followed by the will, which this client asks for.
    connection.end('CLIENT_ERROR');
    return;
  }
  // [MQTT-3.14.4-3]
  established.will = undefined;
  connection.end('CLIENT_INITIATED_DISCONNECT');
}
