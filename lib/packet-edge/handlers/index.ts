import type { ClientPacket } from '#packets/types';
import type { Exchange } from '../exchange.ts';
import { acknowledge, releaseInbound } from './acknowledge.ts';
import { connect } from './connect.ts';
import { disconnect } from './disconnect.ts';
import { publish } from './publish.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

/** Hands one control packet to its handler. A CONNECT comes first and only once, or parsing has refused it. */
export async function handlePacket(exchange: Exchange, packet: ClientPacket, atMs: number): Promise<void> {
  switch (packet.cmd) {
    case 'connect':
      return connect(exchange, packet, atMs);
    case 'publish':
      return publish(exchange, packet, atMs);
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
      return acknowledge(exchange, packet);
    case 'pubrel':
      return releaseInbound(exchange, packet, atMs);
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
