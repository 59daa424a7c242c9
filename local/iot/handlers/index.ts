import type { IConnectPacket, Packet } from 'mqtt-packet';
import type { Broker } from '../broker.ts';
import type { ClientConnection } from '../client-connection.ts';
import { REASON } from '../reason-codes.ts';
import { malformation } from '../well-formed.ts';
import { handleConnect } from './connect.ts';
import type { PacketContext } from './context.ts';
import { handleDisconnect } from './disconnect.ts';
import { handlePublish } from './publish.ts';
import { handleSubscribe } from './subscribe.ts';
import { handleUnsubscribe } from './unsubscribe.ts';

/** Hands a packet to the handler of its kind. The promise tells when the next one may follow; undefined = now. */
export function handlePacket(
  broker: Broker,
  connection: ClientConnection,
  packet: Packet,
): Promise<void> | undefined {
  const { established } = connection;
  const malformed = malformation(packet);
  if (malformed !== undefined) {
    const clientId = established?.record.clientId;
    broker.observe({
      kind: 'refused',
      ...(clientId !== undefined && { clientId }),
      reason: `${packet.cmd.toUpperCase()} with ${malformed}`,
    });
    connection.end('CLIENT_ERROR', REASON.malformedPacket);
    return undefined;
  }
  if (packet.cmd === 'connect') {
    // A second CONNECT is a protocol error ([MQTT-3.1.0-2]).
    if (established === undefined) handleConnect(broker, connection, packet);
    else connection.end('CLIENT_ERROR', REASON.protocolError);
    return undefined;
  }
  // [MQTT-3.1.0-1]
  if (established === undefined) {
    connection.end('CLIENT_ERROR');
    return undefined;
  }
  return handleEstablished({ broker, connection, established }, packet);
}

function handleEstablished(
  context: PacketContext,
  packet: Exclude<Packet, IConnectPacket>,
): Promise<void> | undefined {
  const { connection, established } = context;
  switch (packet.cmd) {
    case 'publish':
      return handlePublish(context, packet);
    case 'puback':
      established.outbound.acknowledge(packet.messageId ?? 0);
      break;
    case 'subscribe':
      handleSubscribe(context, packet);
      break;
    case 'unsubscribe':
      handleUnsubscribe(context, packet);
      break;
    case 'pingreq':
      connection.send({ cmd: 'pingresp' });
      break;
    case 'disconnect':
      handleDisconnect(context, packet);
      break;
    // QoS 2 and AUTH are not supported; the others come from servers only.
    case 'auth':
    case 'connack':
    case 'pingresp':
    case 'pubcomp':
    case 'pubrec':
    case 'pubrel':
    case 'suback':
    case 'unsuback':
      connection.end('CLIENT_ERROR', REASON.protocolError);
      break;
  }
  return undefined;
}
