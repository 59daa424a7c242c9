import { checkTopicFilter, parseSharedFilter } from '#session/topic-filter';
import { checkTopicName } from '#session/topic-name';
import { REASON_CODES } from './reason-codes.ts';
import { type Clause, clauseFor, type Refusal } from './refusal.ts';
import type {
  AcknowledgementPacket,
  ClientPacket,
  ConnectPacket,
  ProtocolVersion,
  PublishPacket,
  SubscribePacket,
  UnsubscribePacket,
} from './types.ts';

/** Undefined: nothing to object. */
type Check<Checked> = (packet: Checked, protocolVersion: ProtocolVersion) => Refusal | undefined;

const { protocolError, clientIdentifierNotValid } = REASON_CODES;

const PACKET_IDENTIFIER: Clause = { 4: 'MQTT-2.3.1-1', 5: 'MQTT-2.2.1-3' };
const SAME_PACKET_IDENTIFIER: Clause = { 4: 'MQTT-2.3.1-6', 5: 'MQTT-2.2.1-5' };

const CONNECT_CHECKS: readonly Check<ConnectPacket>[] = [
  // MQTT 5 gives an identifier to whoever has none, whatever Clean Start says.
  ({ clientId, clean }, version) =>
    version === 4 && clientId === '' && !clean
      ? {
          reasonCode: clientIdentifierNotValid,
          reason: 'a client without a client identifier has Clean Session 1, but 0 came',
          clause: 'MQTT-3.1.3-8',
        }
      : undefined,
  ({ will }) => (will === undefined ? undefined : topicRefusal(will.topic, 'the Will Topic')),
  ({ will }) => responseTopicRefusal(will?.properties.responseTopic),
  ({ properties }) =>
    properties.authenticationData !== undefined && properties.authenticationMethod === undefined
      ? {
          reasonCode: protocolError,
          reason: 'Authentication Data comes with an Authentication Method, but none came',
          clause: 'MQTT 5, 3.1.2.11.10',
        }
      : undefined,
];

const PUBLISH_CHECKS: readonly Check<PublishPacket>[] = [
  ({ dup, qos }, version) =>
    dup && qos === 0
      ? refuse('DUP is 0 with QoS 0, but 1 came', { 4: 'MQTT-3.3.1-2', 5: 'MQTT-3.3.1-2' }, version)
      : undefined,
  ({ packetId }, version) => packetIdRefusal(packetId, PACKET_IDENTIFIER, version),
  ({ topic, properties }) => {
    if (topic !== '') return topicRefusal(topic, 'the Topic Name');
    if (properties.topicAlias !== undefined) return undefined;
    const reason =
      'a Topic Name has at least one character unless a Topic Alias stands for it, but it is empty';
    return { reasonCode: protocolError, reason, clause: 'MQTT-4.7.3-1' };
  },
  ({ properties }) => responseTopicRefusal(properties.responseTopic),
];

const ACKNOWLEDGEMENT_CHECKS: readonly Check<AcknowledgementPacket>[] = [
  ({ packetId }, version) => packetIdRefusal(packetId, SAME_PACKET_IDENTIFIER, version),
];

const SUBSCRIBE_CHECKS: readonly Check<SubscribePacket>[] = [
  ({ packetId }, version) => packetIdRefusal(packetId, PACKET_IDENTIFIER, version),
  ({ subscriptions }, version) =>
    subscriptions.length === 0
      ? refuse(
          'a SUBSCRIBE has at least one filter, but none came',
          { 4: 'MQTT-3.8.3-3', 5: 'MQTT-3.8.3-2' },
          version,
        )
      : undefined,
  ({ subscriptions }) => filterRefusal(subscriptions.map(({ filter }) => filter)),
  ({ subscriptions }, version) =>
    subscriptions.some(({ filter, noLocal }) => noLocal && parseSharedFilter(filter).shareName !== undefined)
      ? refuse('No Local is 0 on a shared subscription, but 1 came', 'MQTT-3.8.3-4', version)
      : undefined,
];

const UNSUBSCRIBE_CHECKS: readonly Check<UnsubscribePacket>[] = [
  ({ packetId }, version) => packetIdRefusal(packetId, PACKET_IDENTIFIER, version),
  ({ filters }, version) =>
    filters.length === 0
      ? refuse('an UNSUBSCRIBE has at least one filter, but none came', 'MQTT-3.10.3-2', version)
      : undefined,
  ({ filters }) => filterRefusal(filters),
];

/** What is wrong with a packet whose form is right, or undefined. */
export function checkPacket(packet: ClientPacket, protocolVersion: ProtocolVersion): Refusal | undefined {
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
): Refusal | undefined {
  for (const check of checks) {
    const refusal = check(packet, protocolVersion);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuse(reason: string, clause: Clause, protocolVersion: ProtocolVersion): Refusal {
  return { reasonCode: protocolError, reason, clause: clauseFor(clause, protocolVersion) };
}

function packetIdRefusal(
  packetId: number | undefined,
  clause: Clause,
  protocolVersion: ProtocolVersion,
): Refusal | undefined {
  return packetId === 0
    ? refuse('a packet identifier is 1 to 65535, but 0 came', clause, protocolVersion)
    : undefined;
}

function topicRefusal(topic: string, what: string): Refusal | undefined {
  const check = checkTopicName(topic);
  if (check.valid) return undefined;
  return { reasonCode: protocolError, reason: `${what}: ${check.reason}`, clause: check.clause };
}

function responseTopicRefusal(topic: string | undefined): Refusal | undefined {
  if (topic === undefined || checkTopicName(topic).valid) return undefined;
  return topicRefusal(topic, 'the Response Topic');
}

function filterRefusal(filters: readonly string[]): Refusal | undefined {
  for (const filter of filters) {
    const check = checkTopicFilter(filter);
    if (!check.valid) return { reasonCode: protocolError, reason: check.reason, clause: check.clause };
  }
  return undefined;
}
