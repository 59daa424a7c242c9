import {
  type IConnectPacket,
  type IPublishPacket,
  type ISubscription,
  type Packet,
  parser,
  type UserProperties,
} from 'mqtt-packet';
import type { UserProperty } from '#session/message';
import type { Walked } from '../layouts/walked.ts';
import type {
  ClientPacket,
  ConnectPacket,
  ProtocolVersion,
  PublishPacket,
  RequestedSubscription,
  Will,
} from '../types.ts';

/**
 * Reads one packet with mqtt-packet. Its bytes have been walked along before, so that whatever mqtt-packet would let
 * pass is refused already. Undefined: mqtt-packet does not take it, or it is none that a client sends.
 */
export function readPacket(
  bytes: Uint8Array,
  protocolVersion: ProtocolVersion,
  walked: Walked,
): ClientPacket | undefined {
  const packets: Packet[] = [];
  const reading = parser({ protocolVersion });
  reading.on('packet', (packet) => packets.push(packet));
  // Without a listener the emitter would throw; an error means that no packet comes.
  reading.on('error', () => packets.splice(0));
  reading.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const [packet] = packets;
  return packet === undefined ? undefined : clientPacket(packet, protocolVersion, walked);
}

function clientPacket(
  packet: Packet,
  protocolVersion: ProtocolVersion,
  walked: Walked,
): ClientPacket | undefined {
  const { userProperties } = walked;
  // Every packet but CONNECT and PINGREQ that a client sends has one, or may have one.
  const packetId = packet.messageId ?? 0;
  switch (packet.cmd) {
    case 'connect':
      return connectPacket(packet, protocolVersion, walked);
    case 'publish':
      return publishPacket(packet, walked);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return {
        cmd: packet.cmd,
        packetId,
        reasonCode: packet.reasonCode ?? 0,
        properties: ordered(packet.properties, userProperties),
      };
    case 'subscribe':
      return {
        cmd: 'subscribe',
        packetId,
        subscriptions: packet.subscriptions.map(requestedSubscription),
        properties: ordered(packet.properties, userProperties),
      };
    case 'unsubscribe':
      return {
        cmd: 'unsubscribe',
        packetId,
        filters: packet.unsubscriptions,
        properties: ordered(packet.properties, userProperties),
      };
    case 'pingreq':
      return { cmd: 'pingreq' };
    case 'disconnect':
      return {
        cmd: 'disconnect',
        reasonCode: packet.reasonCode ?? 0,
        properties: ordered(packet.properties, userProperties),
      };
    default:
      return undefined;
  }
}

function connectPacket(
  packet: IConnectPacket,
  protocolVersion: ProtocolVersion,
  { userProperties, willUserProperties }: Walked,
): ConnectPacket {
  const { clean = false, keepalive = 0, clientId, username, password, will } = packet;
  return {
    cmd: 'connect',
    protocolVersion,
    clean,
    keepAliveSeconds: keepalive,
    clientId,
    ...(will !== undefined && { will: willOf(will, willUserProperties) }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    properties: ordered(packet.properties, userProperties),
  };
}

function willOf(
  { topic, payload, qos = 0, retain = false, properties }: NonNullable<IConnectPacket['will']>,
  userProperties: Walked['userProperties'],
): Will {
  return { topic, payload: bytesOf(payload), qos, retain, properties: ordered(properties, userProperties) };
}

function publishPacket(
  { topic, payload, qos, dup, retain, messageId, properties = {} }: IPublishPacket,
  { userProperties }: Walked,
): PublishPacket {
  // Only a server sends them. [MQTT-3.3.4-6]
  const { subscriptionIdentifier: _, ...own } = properties;
  return {
    cmd: 'publish',
    topic,
    payload: bytesOf(payload),
    qos,
    dup,
    retain,
    ...(messageId !== undefined && { packetId: messageId }),
    properties: ordered(own, userProperties),
  };
}

/** 3.1.1 has no options: every message is sent on with RETAIN 0, and retained ones at each SUBSCRIBE. */
function requestedSubscription({ topic, qos, nl, rap, rh }: ISubscription): RequestedSubscription {
  return {
    filter: topic,
    qos,
    noLocal: nl ?? false,
    retainAsPublished: rap ?? false,
    retainHandling: rh === 1 || rh === 2 ? rh : 0,
  };
}

/** mqtt-packet groups user properties by name, which loses their order: the walked ones take their place. */
function ordered<Properties extends { userProperties?: UserProperties }>(
  properties: Properties | undefined,
  userProperties: readonly UserProperty[] = [],
): Omit<Properties, 'userProperties'> & { readonly userProperties?: readonly UserProperty[] } {
  // No property is required, so none at all are some of every kind.
  const { userProperties: _, ...others } = properties ?? ({} as Properties);
  return { ...others, ...(userProperties.length > 0 && { userProperties }) };
}

/** The types allow a text, which mqtt-packet takes when it writes; it never reads one. */
function bytesOf(payload: Buffer | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
