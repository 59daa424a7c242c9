import { REASON_CODES } from '#packets/reason-codes';
import type { PublishPacket } from '#packets/types';
import { receive } from '#session/flow/inbound';
import type { Message } from '#session/message';
import { afterEntry, appendsOf, enterMessage } from '../enter-message.ts';
import { FlowContendedError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { MAXIMUM_TOPIC_BYTES, RECEIVE_MAXIMUM } from '../limits.ts';
import { refusePacket } from '../refuse-packet.ts';
import { resolveTopic } from '../topic-alias.ts';

function messageOf(packet: PublishPacket, topic: string, exchange: Exchange, atMs: number): Message {
  const { properties } = packet;
  const { connectionId, context } = exchange;
  return {
    messageId: `${connectionId}:${atMs}`,
    topic,
    payload: packet.payload,
    qos: packet.qos,
    ...(context !== undefined && { publisher: context.clientId }),
    receivedAtMs: atMs,
    ...(packet.retain && { retain: true as const }),
    ...(properties.messageExpiryInterval !== undefined && {
      messageExpiryInterval: properties.messageExpiryInterval,
    }),
    ...(properties.contentType !== undefined && { contentType: properties.contentType }),
    ...(properties.payloadFormatIndicator === true && { utf8Payload: true }),
    ...(properties.responseTopic !== undefined && { responseTopic: properties.responseTopic }),
    ...(properties.correlationData !== undefined && {
      correlationData: Buffer.from(properties.correlationData).toString('base64'),
    }),
    ...(properties.userProperties !== undefined &&
      properties.userProperties.length > 0 && { userProperties: properties.userProperties }),
  };
}

/** The message enters once, together with its packet identifier: both or neither. [MQTT-4.3.3-10] */
async function acceptOnce(exchange: Exchange, packetId: number, message: Message, atMs: number): Promise<void> {
  const { dependencies } = exchange;
  const flow = await exchange.flow();
  const received = receive(flow, packetId, RECEIVE_MAXIMUM);
  if (received.outcome === 'tooMany') {
    const reason = `At most ${RECEIVE_MAXIMUM} QoS 2 messages may be unreleased`;
    await refusePacket(exchange, { reasonCode: REASON_CODES.receiveMaximumExceeded, reason }, atMs);
    return;
  }
  let reasonCode: number = REASON_CODES.success;
  if (received.outcome === 'new') {
    const routes = await dependencies.router.route(message.topic);
    const accepted = await dependencies.acceptance.accept({
      appends: appendsOf(message, routes),
      flow: received.flow,
      expectedRevision: exchange.storedRevision,
    });
    if (!accepted.written) throw new FlowContendedError('Another instance wrote the flow first');
    exchange.savedFlow(accepted.flow);
    await afterEntry(message, routes, false, dependencies, exchange);
    if (routes.length === 0) reasonCode = REASON_CODES.noMatchingSubscribers;
  }
  exchange.reply({ cmd: 'pubrec', packetId, reasonCode });
}

/** A message of the client's enters the log; from its acknowledgement on it is ours. [MQTT-4.3.2-4] [MQTT-4.3.3-8] */
export async function publish(exchange: Exchange, packet: PublishPacket, atMs: number): Promise<void> {
  const resolved = resolveTopic(exchange, packet);
  if (!resolved.ok) {
    await refusePacket(exchange, resolved, atMs);
    return;
  }
  const { topic } = resolved;
  const { packetId, qos } = packet;
  const isTooLong = Buffer.byteLength(topic) > MAXIMUM_TOPIC_BYTES;
  if (isTooLong && (qos === 0 || exchange.protocolVersion === 4)) {
    const reason = `A topic has at most ${MAXIMUM_TOPIC_BYTES} bytes`;
    await refusePacket(exchange, { reasonCode: REASON_CODES.topicNameInvalid, reason }, atMs);
    return;
  }
  if (isTooLong) {
    exchange.reply({ cmd: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: REASON_CODES.topicNameInvalid });
    return;
  }
  const message = messageOf(packet, topic, exchange, atMs);
  if (qos === 2) {
    await acceptOnce(exchange, packetId, message, atMs);
    return;
  }
  const matched = await enterMessage(message, exchange.dependencies, exchange);
  if (qos === 0) return;
  const reasonCode = matched === 0 ? REASON_CODES.noMatchingSubscribers : REASON_CODES.success;
  exchange.reply({ cmd: 'puback', packetId, reasonCode });
}
