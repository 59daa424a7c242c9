import type { ConnectionContext } from '#packets/carrying/exchange';
import type { Receiver } from '#packets/generating/generate-for';
import type { ConnectPacket, ServerPacket } from '#packets/types';
import type { Session } from '#session/session';
import type { Exchange } from '../exchange.ts';
import {
  MAXIMUM_KEEP_ALIVE_SECONDS,
  MAXIMUM_PACKET_BYTES,
  RECEIVE_MAXIMUM,
  TOPIC_ALIAS_MAXIMUM,
} from '../limits.ts';
import type { Refusal } from './connect-refusal.ts';

/** An MQTT 5 client is told ours where its own is longer or none [MQTT-3.1.2-21]; a 3.1.1 client cannot be. */
export function keepAliveInForce({ keepAliveSeconds, protocolVersion }: ConnectPacket): number {
  if (protocolVersion === 4) return keepAliveSeconds;
  const isShort = keepAliveSeconds > 0 && keepAliveSeconds <= MAXIMUM_KEEP_ALIVE_SECONDS;
  return isShort ? keepAliveSeconds : MAXIMUM_KEEP_ALIVE_SECONDS;
}

/** What the connection is accepted with. Subscription identifiers, wildcards, QoS 2 and the rest are available. */
export function accepted(packet: ConnectPacket, context: ConnectionContext, session: Session): ServerPacket {
  const { sessionPresent } = session;
  if (packet.protocolVersion === 4) return { cmd: 'connack', sessionPresent, reasonCode: 0 };
  const asked = packet.properties.sessionExpiryInterval ?? 0;
  return {
    cmd: 'connack',
    sessionPresent,
    reasonCode: 0,
    properties: {
      ...(session.sessionExpiryInterval !== asked && {
        sessionExpiryInterval: session.sessionExpiryInterval,
      }),
      receiveMaximum: RECEIVE_MAXIMUM,
      maximumPacketSize: MAXIMUM_PACKET_BYTES,
      topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
      ...(context.keepAliveSeconds !== packet.keepAliveSeconds && {
        serverKeepAlive: context.keepAliveSeconds,
      }),
      ...(packet.clientId === '' && { assignedClientIdentifier: context.clientId }),
    },
  };
}

/**
 * Answers a CONNECT that is refused, and closes the connection. [MQTT-3.2.2-7] Session Present is 0.
 * [MQTT-3.2.2-6] A 3.1.1 client is not answered where its version has no return code for the reason.
 */
export function refuseConnect(exchange: Exchange, receiver: Receiver, { reasonCode, reason }: Refusal): void {
  exchange.close();
  exchange.speakTo(receiver);
  exchange.reply({
    cmd: 'connack',
    sessionPresent: false,
    reasonCode,
    properties: { reasonString: reason },
  });
}
