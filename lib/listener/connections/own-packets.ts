import { generatePacket, hasForm } from '#packets/generating/generate';
import { parsePacket } from '#packets/parsing/parse';
import { REASON_CODES } from '#packets/reason-codes';
import type { ProtocolVersion, ServerPacket } from '#packets/types';

/* The few control packets that the listener reads or writes by itself; all others are the function's. */

/** Control packet type and flags. */
const CONNECT = 0x10;
const PINGREQ = 0xc0;

export const PING_RESPONSE = generatePacket({ cmd: 'pingresp' }, 5);

/** Whether bytes can be the beginning of the first packet of a connection. [MQTT-3.1.0-1] */
export function mayBeginConnect(bytes: Uint8Array): boolean {
  return bytes[0] === CONNECT;
}

/** A damaged one is none: what is wrong with it the function says. */
export function isPingRequest(packet: Uint8Array): boolean {
  return packet.length === 2 && packet[0] === PINGREQ;
}

/** In which form the sender of a CONNECT understands an answer; undefined: in none. */
export function protocolVersionOf(connect: Uint8Array): ProtocolVersion | undefined {
  const parsed = parsePacket(connect, undefined);
  if (!parsed.ok) return parsed.protocolVersion;
  return parsed.packet.cmd === 'connect' ? parsed.packet.protocolVersion : undefined;
}

/** What tells a connected client why its network connection is ended; 3.1.1 has no words for it. */
export function disconnectOf(reasonCode: number, protocolVersion: ProtocolVersion): Uint8Array | undefined {
  return inForm({ cmd: 'disconnect', reasonCode }, protocolVersion);
}

/** Reason codes that DISCONNECT has and CONNACK has not, with what CONNACK says instead. */
const IN_CONNACK: ReadonlyMap<number, number> = new Map([
  [REASON_CODES.serverShuttingDown, REASON_CODES.serverUnavailable],
  [REASON_CODES.sessionTakenOver, REASON_CODES.serverUnavailable],
]);

/** What tells a client why it is not connected, if its version has a code for that. */
export function refusalOf(reasonCode: number, protocolVersion: ProtocolVersion): Uint8Array | undefined {
  const said = IN_CONNACK.get(reasonCode) ?? reasonCode;
  return inForm({ cmd: 'connack', sessionPresent: false, reasonCode: said }, protocolVersion);
}

function inForm(packet: ServerPacket, protocolVersion: ProtocolVersion): Uint8Array | undefined {
  return hasForm(packet, protocolVersion) ? generatePacket(packet, protocolVersion) : undefined;
}
