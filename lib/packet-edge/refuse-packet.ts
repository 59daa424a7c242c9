import { endConnection } from './connections/end-connection.ts';
import type { Exchange } from './exchange.ts';

/**
 * A packet that is malformed or breaks the protocol ends the connection, with the reason code where the
 * version has one. [MQTT-4.13.1-1] The will is published: it was no normal DISCONNECT.
 */
export async function refusePacket(
  exchange: Exchange,
  { reasonCode, reason }: { readonly reasonCode: number; readonly reason: string },
  atMs: number,
): Promise<void> {
  if (exchange.context?.protocolVersion === 5)
    exchange.reply({ cmd: 'disconnect', reasonCode, properties: { reasonString: reason } });
  await endConnection(exchange, atMs, 'CLIENT_ERROR');
}
