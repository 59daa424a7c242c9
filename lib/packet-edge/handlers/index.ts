import { REASON_CODES } from '#packets/reason-codes';
import type { ClientPacket } from '#packets/types';
import type { Exchange } from '../exchange.ts';
import { refusePacket } from '../refuse-packet.ts';
import { acknowledge, releaseInbound } from './acknowledge.ts';
import { connect } from './connect.ts';
import { disconnect } from './disconnect.ts';
import { publish } from './publish.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

/** Hands one control packet to its handler. */
export async function handlePacket(exchange: Exchange, packet: ClientPacket, atMs: number): Promise<void> {
  const isConnected = exchange.context !== undefined;
  if (packet.cmd === 'connect' && !isConnected) return connect(exchange, packet, atMs);
  // [MQTT-3.1.0-1] A client that does not begin with CONNECT is not answered.
  if (!isConnected) return exchange.close();
  switch (packet.cmd) {
    case 'connect':
      // [MQTT-3.1.0-2]
      return refusePacket(
        exchange,
        { reasonCode: REASON_CODES.protocolError, reason: 'CONNECT came a second time' },
        atMs,
      );
    case 'publish':
      return publish(exchange, packet, atMs);
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
      return acknowledge(exchange, packet);
    case 'pubrel':
      return releaseInbound(exchange, packet);
    case 'subscribe':
      return subscribe(exchange, packet, atMs);
    case 'unsubscribe':
      return unsubscribe(exchange, packet, atMs);
    case 'pingreq':
      // [MQTT-3.12.4-1]
      return exchange.reply({ cmd: 'pingresp' });
    case 'disconnect':
      return disconnect(exchange, packet, atMs);
  }
}
