import { generatePacket } from '#packets/generating/generate';
import type { ServerPacket } from '#packets/types';
import type { Message } from '#session/message';
import type { Delivery } from '#session/topics/matching';

type ServerPublish = Extract<ServerPacket, { cmd: 'publish' }>;

/** Message Expiry Interval as it is forwarded: less the time that the message has waited. [MQTT-3.3.2-6] */
function expiryLeft({ messageExpiryInterval, receivedAtMs }: Message, nowMs: number): number | undefined {
  if (messageExpiryInterval === undefined) return undefined;
  const waitedSeconds = Math.max(0, Math.floor((nowMs - receivedAtMs) / 1000));
  return Math.max(0, messageExpiryInterval - waitedSeconds);
}

/** A PUBLISH to a client, without its packet identifier. */
export function publishPacket(message: Message, delivery: Delivery, nowMs: number): ServerPublish {
  const { topic, payload, contentType, utf8Payload, responseTopic, correlationData, userProperties } =
    message;
  const messageExpiryInterval = expiryLeft(message, nowMs);
  const { qos, retain, subscriptionIdentifiers } = delivery;
  return {
    cmd: 'publish',
    topic,
    payload,
    qos,
    retain,
    dup: false,
    properties: {
      ...(utf8Payload === true && { payloadFormatIndicator: true }),
      ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
      ...(contentType !== undefined && { contentType }),
      ...(responseTopic !== undefined && { responseTopic }),
      ...(correlationData !== undefined && { correlationData: Buffer.from(correlationData, 'base64') }),
      ...(subscriptionIdentifiers !== undefined && { subscriptionIdentifiers }),
      ...(userProperties !== undefined && { userProperties }),
    },
  };
}

/** Bytes of the packet on the wire, against the client's Maximum Packet Size. */
export function publishBytes(packet: ServerPublish, protocolVersion: 4 | 5): number {
  return generatePacket({ ...packet, packetId: 1 }, protocolVersion).byteLength;
}
