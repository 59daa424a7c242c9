import { appendsOf } from '#edge/messages/ingest';
import { REASON_CODES } from '#packets/reason-codes';
import type { PublishPacket } from '#packets/types';
import type { Flow } from '#session/flow/flow';
import { type Received, receive } from '#session/flow/inbound';
import type { Message } from '#session/message';
import { MAXIMUM_KEY_TEXT_BYTES } from '#session/utf8';
import type { Route } from '#store/routes/routes';
import { announce, enterMessage } from '../enter-message.ts';
import { FlowContendedError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { MQTT_311_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM } from '../limits.ts';
import { messageProperties } from '../message-properties.ts';
import { refusePacket } from '../refuse-packet.ts';
import { resolveTopic } from './topic-alias.ts';

function messageOf(packet: PublishPacket, topic: string, exchange: Exchange, atMs: number): Message {
  const { connectionId, context } = exchange;
  return {
    messageId: `${connectionId}:${atMs}`,
    topic,
    payload: packet.payload,
    qos: packet.qos,
    ...(context !== undefined && { publisher: context.clientId }),
    receivedAtMs: atMs,
    ...(packet.retain && { retain: true as const }),
    ...messageProperties(packet.properties),
  };
}

/** Where nobody has subscribed there is nothing to write together with the flow, which can wait for the answer. */
async function enterWithFlow(
  exchange: Exchange,
  flow: Flow,
  message: Message,
  routes: readonly Route[],
): Promise<void> {
  if (routes.length === 0 && message.retain !== true) {
    exchange.setFlow(flow);
    return;
  }
  const appends = appendsOf(message, routes, exchange.appendNotBeforeMs);
  const { acceptance } = exchange.dependencies;
  const accepted = await acceptance.accept({
    appends,
    flow,
    expectedRevision: exchange.storedRevision,
    ...(message.retain && { retained: message }),
  });
  if (!accepted.written) throw new FlowContendedError('Another instance wrote the flow first');
  exchange.savedFlow(accepted.flow);
  exchange.noteAppended(message.receivedAtMs, accepted.appendedAtMs);
}

/**
 * The message enters once, together with its packet identifier: both or neither. [MQTT-4.3.3-10] When it comes
 * again, those who are online are told again, since who told them first may have died before.
 */
async function acceptOnce(
  exchange: Exchange,
  packetId: number,
  message: Message,
): Promise<Received['outcome']> {
  const { dependencies } = exchange;
  const maximum = exchange.protocolVersion === 4 ? MQTT_311_RECEIVE_MAXIMUM : RECEIVE_MAXIMUM;
  const received = receive(await exchange.flow(), { packetId, receivedAtMs: message.receivedAtMs }, maximum);
  if (received.outcome === 'tooMany') return 'tooMany';
  const routes = await dependencies.router.route(message.topic);
  const isAgain = received.outcome === 'duplicate';
  if (!isAgain) await enterWithFlow(exchange, received.flow, message, routes);
  await announce({ message, routes, isAgain }, dependencies, exchange);
  const reasonCode = routes.length === 0 ? REASON_CODES.noMatchingSubscribers : REASON_CODES.success;
  exchange.reply({ cmd: 'pubrec', packetId, reasonCode });
  return received.outcome;
}

const topicTooLong = {
  reasonCode: REASON_CODES.topicNameInvalid,
  reason: `A topic has at most ${MAXIMUM_KEY_TEXT_BYTES} bytes`,
};

const tooManyUnreleased = {
  reasonCode: REASON_CODES.receiveMaximumExceeded,
  reason: 'More QoS 2 messages are unreleased than the server takes',
};

/** A message of the client's enters the log; once acknowledged it is ours. [MQTT-4.3.2-4] [MQTT-4.3.3-8] */
export async function publish(exchange: Exchange, packet: PublishPacket, atMs: number): Promise<void> {
  const resolved = resolveTopic(exchange, packet);
  if (!resolved.ok) return refusePacket(exchange, resolved, atMs);
  const { topic } = resolved;
  const { packetId, qos } = packet;
  if (Buffer.byteLength(topic) > MAXIMUM_KEY_TEXT_BYTES) {
    // Only MQTT 5 can refuse one message.
    if (packetId === undefined || exchange.protocolVersion === 4)
      return refusePacket(exchange, topicTooLong, atMs);
    return exchange.reply({
      cmd: qos === 1 ? 'puback' : 'pubrec',
      packetId,
      reasonCode: topicTooLong.reasonCode,
    });
  }
  const message = messageOf(packet, topic, exchange, atMs);
  if (packetId === undefined) {
    await enterMessage(message, exchange.dependencies, exchange);
  } else if (qos === 2) {
    const outcome = await acceptOnce(exchange, packetId, message);
    if (outcome === 'tooMany') await refusePacket(exchange, tooManyUnreleased, atMs);
  } else {
    const matched = await enterMessage(message, exchange.dependencies, exchange);
    const reasonCode = matched === 0 ? REASON_CODES.noMatchingSubscribers : REASON_CODES.success;
    exchange.reply({ cmd: 'puback', packetId, reasonCode });
  }
}
