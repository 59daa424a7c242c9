import type { IPublishPacket } from 'mqtt-packet';
import { LIMITS } from '../limits.ts';
import { expiresAtMs, type Message, passedOn } from '../message.ts';
import { REASON } from '../reason-codes.ts';
import { basicIngestOf, topicProblem } from '../topic-match.ts';
import { type PacketContext, refuse } from './context.ts';

/** The promise tells when the next packet may be handled; undefined = now. */
export function handlePublish(context: PacketContext, packet: IPublishPacket): Promise<void> | undefined {
  const { broker, connection } = context;
  if (packet.qos === 2) {
    refuseQoS2(context);
    return undefined;
  }
  const topic = resolveTopic(context, packet);
  if (topic === undefined || !isAcceptable(context, topic, packet)) return undefined;
  const taken = broker.publish(messageOf(context, topic, packet));
  if (packet.qos === 1 && packet.messageId !== undefined) {
    connection.send({ cmd: 'puback', messageId: packet.messageId, reasonCode: REASON.success });
  }
  return taken;
}

/** MQTT 3.1.1 clients get no answer at all, as documented; MQTT 5 has a code for it ([MQTT-3.2.2-11]). */
function refuseQoS2(context: PacketContext): void {
  const why = 'PUBLISH with QoS 2';
  if (context.connection.protocolVersion === 5) {
    refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.qosNotSupported, why });
    return;
  }
  context.broker.observe({ kind: 'refused', clientId: context.established.record.clientId, reason: why });
}

/** The topic, or what an alias stands for; undefined if the connection has been ended for it. */
function resolveTopic(context: PacketContext, { topic, properties }: IPublishPacket): string | undefined {
  const { topicAliases } = context.established;
  const alias = properties?.topicAlias;
  if (alias === undefined) return topic;
  if (topic !== '' && alias >= 1 && alias <= LIMITS.topicAliases) topicAliases.set(alias, topic);
  const resolved = topicAliases.get(alias);
  if (resolved === undefined) {
    const why = `topic alias ${alias} is not between 1 and ${LIMITS.topicAliases}, or stands for nothing`;
    refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.topicAliasInvalid, why });
  }
  return resolved;
}

function isAcceptable(context: PacketContext, topic: string, packet: IPublishPacket): boolean {
  const problem = topicProblem(topic);
  if (problem !== undefined) {
    const why = `PUBLISH: ${problem}`;
    refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.topicNameInvalid, why });
    return false;
  }
  if (topic.startsWith('$') && basicIngestOf(topic) === undefined) {
    const why = `PUBLISH to the reserved topic ${topic}`;
    refuse(context, { reason: 'FORBIDDEN_ACCESS', reasonCode: REASON.notAuthorized, why });
    return false;
  }
  if (packet.payload.length > LIMITS.payloadBytes) {
    const why = `PUBLISH with ${packet.payload.length} bytes of payload`;
    refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.packetTooLarge, why });
    return false;
  }
  if (/[+#]/.test(packet.properties?.responseTopic ?? '')) {
    // [MQTT-3.3.2-14]
    const why = 'PUBLISH with a wildcard in its response topic';
    refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.protocolError, why });
    return false;
  }
  return true;
}

function messageOf({ broker, established }: PacketContext, topic: string, packet: IPublishPacket): Message {
  const { record, stamp } = established;
  const messageExpirySeconds = packet.properties?.messageExpiryInterval;
  return {
    topic,
    payload: Buffer.from(packet.payload),
    qos: packet.qos === 1 ? 1 : 0,
    retain: packet.retain,
    properties: passedOn(packet.properties),
    receivedAtMs: stamp(),
    ...(messageExpirySeconds !== undefined && {
      expiresAtMs: expiresAtMs(broker.clock(), messageExpirySeconds),
    }),
    publisher: { clientId: record.clientId, principal: record.principalIdentifier },
  };
}
