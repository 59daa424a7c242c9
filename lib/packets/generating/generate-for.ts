import type { ProtocolVersion, ServerPacket } from '../types.ts';
import { generatePacket, hasForm } from './generate.ts';

/** What a client said at CONNECT of the packets that it takes; a ConnectionContext has it all. */
export interface Receiver {
  readonly protocolVersion: ProtocolVersion;
  /** Bytes; absent = any. */
  readonly maximumPacketSize?: number;
  /** @default true */
  readonly requestProblemInformation?: boolean;
}

/** Packets that may carry a Reason String also to a client that asked for none. [MQTT-3.1.2-29] */
const ALWAYS_REASONED: readonly ServerPacket['cmd'][] = ['connack', 'disconnect'];

/**
 * The bytes of a packet as its receiver takes it: with its Reason String if it was asked for and there is room
 * ([MQTT-3.2.2-19] and its like). Undefined: its version has no form for it, or it is too large all the same
 * and must not be sent. [MQTT-3.1.2-24]
 *
 * @example generateFor({ cmd: 'disconnect', reasonCode: 0x8e }, { protocolVersion: 4 }) // undefined
 */
export function generateFor(packet: ServerPacket, receiver: Receiver): Uint8Array | undefined {
  const { protocolVersion, maximumPacketSize = Number.POSITIVE_INFINITY } = receiver;
  if (!hasForm(packet, protocolVersion)) return undefined;
  const isReasoned = receiver.requestProblemInformation !== false || ALWAYS_REASONED.includes(packet.cmd);
  const forms = isReasoned ? [packet, withoutReason(packet)] : [withoutReason(packet)];
  return forms
    .map((form) => generatePacket(form, protocolVersion))
    .find(({ byteLength }) => byteLength <= maximumPacketSize);
}

function withoutReason(packet: ServerPacket): ServerPacket {
  switch (packet.cmd) {
    case 'publish':
    case 'pingresp':
      return packet;
    case 'connack':
      return { ...packet, properties: omitReason(packet.properties) };
    case 'disconnect':
      return { ...packet, properties: omitReason(packet.properties) };
    default:
      return { ...packet, properties: {} };
  }
}

function omitReason<Properties extends { readonly reasonString?: string }>(
  properties: Properties | undefined,
): Omit<Properties, 'reasonString'> {
  const { reasonString: _, ...others } = properties ?? ({} as Properties);
  return others;
}
