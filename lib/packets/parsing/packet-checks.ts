import { parseSharedFilter } from '#session/topics/topic-filter';
import { REASON_CODES } from '../reason-codes.ts';
import { type Clause, type Objection, type Refusal, refusalIn } from '../refusal.ts';
import type {
  AcknowledgementPacket,
  ClientPacket,
  ConnectPacket,
  ProtocolVersion,
  PublishPacket,
  SubscribePacket,
  UnsubscribePacket,
} from '../types.ts';
import { objectToFilters, objectToTopic } from './topic-checks.ts';

/** Undefined: nothing to object to. */
type Check<Checked> = (packet: Checked, protocolVersion: ProtocolVersion) => Objection | undefined;

const { protocolError, clientIdentifierNotValid } = REASON_CODES;

const NEW_PACKET_IDENTIFIER: Clause = { 4: 'MQTT-2.3.1-1', 5: 'MQTT-2.2.1-3' };
const SAME_PACKET_IDENTIFIER: Clause = { 4: 'MQTT-2.3.1-6', 5: 'MQTT-2.2.1-5' };
const RESPONSE_TOPIC = 'MQTT-3.3.2-14';

const CONNECT_CHECKS: readonly Check<ConnectPacket>[] = [
  // MQTT 5 gives an identifier to whoever has none, whatever Clean Start says.
  ({ clientId, clean }, version) =>
    objectIf(
      version === 4 && clientId === '' && !clean,
      'a client without a client identifier has Clean Session 1, but 0 came',
      'MQTT-3.1.3-8',
      clientIdentifierNotValid,
    ),
  ({ will }) => will && objectToTopic(will.topic, 'the Will Topic'),
  ({ will }) => objectToResponseTopic(will?.properties.responseTopic),
  ({ properties }) =>
    objectIf(
      properties.authenticationData !== undefined && properties.authenticationMethod === undefined,
      'Authentication Data comes with an Authentication Method, but none came',
      'MQTT 5, 3.1.2.11.10',
    ),
];

const PUBLISH_CHECKS: readonly Check<PublishPacket>[] = [
  ({ dup, qos }) => objectIf(dup && qos === 0, 'DUP is 0 with QoS 0, but 1 came', 'MQTT-3.3.1-2'),
  ({ packetId }) => objectToPacketId(packetId, NEW_PACKET_IDENTIFIER),
  ({ topic, properties }) =>
    topic === '' && properties.topicAlias !== undefined
      ? undefined
      : objectToTopic(topic, 'the Topic Name', 'MQTT-3.3.2-2'),
  ({ properties }) => objectToResponseTopic(properties.responseTopic),
];

const ACKNOWLEDGEMENT_CHECKS: readonly Check<AcknowledgementPacket>[] = [
  ({ packetId }) => objectToPacketId(packetId, SAME_PACKET_IDENTIFIER),
];

const SUBSCRIBE_CHECKS: readonly Check<SubscribePacket>[] = [
  ({ packetId }) => objectToPacketId(packetId, NEW_PACKET_IDENTIFIER),
  ({ subscriptions }) =>
    objectIf(subscriptions.length === 0, 'a SUBSCRIBE has at least one Topic Filter, but none came', {
      4: 'MQTT-3.8.3-3',
      5: 'MQTT-3.8.3-2',
    }),
  ({ subscriptions }) => objectToFilters(subscriptions.map(({ filter }) => filter)),
  ({ subscriptions }) =>
    objectIf(
      subscriptions.some(
        ({ filter, noLocal }) => noLocal && parseSharedFilter(filter).shareName !== undefined,
      ),
      'No Local is 0 on a Shared Subscription, but 1 came',
      'MQTT-3.8.3-4',
    ),
];

const UNSUBSCRIBE_CHECKS: readonly Check<UnsubscribePacket>[] = [
  ({ packetId }) => objectToPacketId(packetId, NEW_PACKET_IDENTIFIER),
  ({ filters }) =>
    objectIf(
      filters.length === 0,
      'an UNSUBSCRIBE has at least one Topic Filter, but none came',
      'MQTT-3.10.3-2',
    ),
  ({ filters }) => objectToFilters(filters),
];

/** What is wrong with a packet whose form is right, or undefined. */
export function checkPacket(packet: ClientPacket, protocolVersion: ProtocolVersion): Refusal | undefined {
  const objection = objectionTo(packet, protocolVersion);
  return objection && refusalIn(objection, protocolVersion);
}

function objectionTo(packet: ClientPacket, protocolVersion: ProtocolVersion): Objection | undefined {
  switch (packet.cmd) {
    case 'connect':
      return first(CONNECT_CHECKS, packet, protocolVersion);
    case 'publish':
      return first(PUBLISH_CHECKS, packet, protocolVersion);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return first(ACKNOWLEDGEMENT_CHECKS, packet, protocolVersion);
    case 'subscribe':
      return first(SUBSCRIBE_CHECKS, packet, protocolVersion);
    case 'unsubscribe':
      return first(UNSUBSCRIBE_CHECKS, packet, protocolVersion);
    case 'pingreq':
    case 'disconnect':
      return undefined;
  }
}

function first<Checked>(
  checks: readonly Check<Checked>[],
  packet: Checked,
  protocolVersion: ProtocolVersion,
): Objection | undefined {
  for (const check of checks) {
    const objection = check(packet, protocolVersion);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function objectIf(
  broken: boolean,
  reason: string,
  clause: Clause,
  reasonCode: number = protocolError,
): Objection | undefined {
  return broken ? { reasonCode, reason, clause } : undefined;
}

function objectToPacketId(packetId: number | undefined, clause: Clause): Objection | undefined {
  return objectIf(packetId === 0, 'a packet identifier is 1 to 65535, but 0 came', clause);
}

function objectToResponseTopic(topic: string | undefined): Objection | undefined {
  return topic === undefined ? undefined : objectToTopic(topic, 'the Response Topic', RESPONSE_TOPIC);
}
