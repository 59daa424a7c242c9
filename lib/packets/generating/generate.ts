import { generate, type IPublishPacket, type Packet, type UserProperties, writeToStream } from 'mqtt-packet';
import type { UserProperty } from '#session/message';
import { connackReturnCode, FIRST_FAILURE } from '../reason-codes.ts';
import type { ProtocolVersion, ServerPacket } from '../types.ts';

// Its cache holds a buffer for each of 65,536 numbers: megabytes and milliseconds of every cold start.
writeToStream.cacheNumbers = false;

/**
 * The bytes of one control packet of the server. Throws for what the version has no packet for; see `hasForm`.
 *
 * @example generatePacket({ cmd: 'pingresp' }, 4) // Uint8Array.of(0xd0, 0)
 */
export function generatePacket(packet: ServerPacket, protocolVersion: ProtocolVersion): Uint8Array {
  if (!hasForm(packet, protocolVersion)) {
    const code = 'reasonCode' in packet ? packet.reasonCode : 'none';
    throw new RangeError(
      `MQTT 3.1.1 has no ${packet.cmd} of the server that says reason code ${code}; close the connection without it`,
    );
  }
  return generate(formOf(packet, protocolVersion), { protocolVersion });
}

/**
 * false: the version has no packet that says this, and the server closes the connection without a word: a
 * 3.1.1 server sends no DISCONNECT, and its CONNACK knows five refusals.
 */
export function hasForm(packet: ServerPacket, protocolVersion: ProtocolVersion): boolean {
  if (protocolVersion === 5) return true;
  if (packet.cmd === 'connack') return connackReturnCode(packet.reasonCode) !== undefined;
  return packet.cmd !== 'disconnect';
}

/** In the words of mqtt-packet, which itself leaves out what 3.1.1 lacks. */
function formOf(packet: ServerPacket, protocolVersion: ProtocolVersion): Packet {
  switch (packet.cmd) {
    case 'connack': {
      const returnCode = connackReturnCode(packet.reasonCode);
      return { ...packet, ...(returnCode !== undefined && { returnCode }) };
    }
    case 'publish': {
      const { packetId, payload, properties, ...others } = packet;
      return {
        ...others,
        payload: bufferOf(payload),
        ...(packetId !== undefined && { messageId: packetId }),
        ...(properties !== undefined && { properties: publishProperties(properties) }),
      };
    }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp': {
      const { packetId, properties, ...others } = packet;
      // Without properties mqtt-packet can take the short form. (MQTT 5, 3.4.2.1)
      const has = properties?.reasonString !== undefined;
      return { ...others, messageId: packetId, ...(has && { properties }) };
    }
    case 'suback':
    case 'unsuback': {
      const { packetId, reasonCodes, ...others } = packet;
      const granted = reasonCodes.map((code) =>
        protocolVersion === 5 ? code : Math.min(code, FIRST_FAILURE),
      );
      return { ...others, messageId: packetId, granted };
    }
    case 'pingresp':
    case 'disconnect':
      return packet;
  }
}

function publishProperties({
  correlationData,
  subscriptionIdentifiers,
  userProperties,
  ...others
}: NonNullable<Extract<ServerPacket, { cmd: 'publish' }>['properties']>): NonNullable<
  IPublishPacket['properties']
> {
  return {
    ...others,
    ...(correlationData !== undefined && { correlationData: bufferOf(correlationData) }),
    ...(subscriptionIdentifiers !== undefined && { subscriptionIdentifier: [...subscriptionIdentifiers] }),
    ...(userProperties !== undefined && { userProperties: inOrder(userProperties) }),
  };
}

/**
 * An object keyed by name would lose the order of the whole. [MQTT-3.3.2-18] mqtt-packet writes the elements of
 * any property that is an array one after the other; its types do not know it of this one.
 */
function inOrder(userProperties: readonly UserProperty[]): UserProperties {
  const elements: unknown = userProperties.map(({ name, value }) => ({ [name]: value }));
  return elements as UserProperties;
}

/** mqtt-packet copies with methods that only a Buffer has. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
