import { ByteReader } from '../layouts/byte-reader.ts';
import { LAYOUTS } from '../layouts/layouts.ts';
import { REASON_CODES } from '../reason-codes.ts';
import type { Refusal } from '../refusal.ts';
import type { ClientPacket, ProtocolVersion } from '../types.ts';
import { type FixedHeader, readFixedHeader } from './fixed-header.ts';
import { checkPacket } from './packet-checks.ts';
import { offeredVersion } from './protocol-version.ts';
import { readPacket } from './read-packet.ts';

export type Parsed =
  | { readonly ok: true; readonly packet: ClientPacket }
  | ({
      readonly ok: false;
      /** The form in which the client understands an answer; absent: no answer, close. */
      readonly protocolVersion?: ProtocolVersion;
    } & Refusal);

/** Where nothing more can be said. */
const UNREAD: Refusal = {
  reasonCode: REASON_CODES.malformedPacket,
  reason: 'the packet cannot be read',
  clause: 'MQTT-4.13.1-1',
};

/**
 * Reads one whole control packet of a client.
 *
 * @param protocolVersion of the connection; undefined: the first packet, which is a CONNECT
 * @example parsePacket(Uint8Array.of(0xc0, 0), 5) // { ok: true, packet: { cmd: 'pingreq' } }
 */
export function parsePacket(bytes: Uint8Array, protocolVersion: ProtocolVersion | undefined): Parsed {
  const header = new ByteReader(bytes, 0, protocolVersion ?? 4);
  const fixed = readFixedHeader(header);
  if (fixed === undefined) return refused(header.refusal, protocolVersion);
  const untimely = untimelyKind(fixed.cmd, protocolVersion);
  if (untimely !== undefined) return refused(untimely, protocolVersion);
  if (protocolVersion !== undefined) return parseBody(bytes, header.position, fixed, protocolVersion);
  const offered = offeredVersion(bytes, header.position);
  if (!offered.supported) return refused(offered.refusal, offered.answerIn);
  return parseBody(bytes, header.position, fixed, offered.protocolVersion);
}

/** CONNECT is the first packet of a connection, and only the first. */
function untimelyKind(cmd: string, protocolVersion: ProtocolVersion | undefined): Refusal | undefined {
  if (protocolVersion === undefined && cmd !== 'connect') {
    const reason = `the first packet is a CONNECT, but ${cmd} came`;
    return { reasonCode: REASON_CODES.protocolError, reason, clause: 'MQTT-3.1.0-1' };
  }
  if (protocolVersion !== undefined && cmd === 'connect') {
    const reason = 'a connection has one CONNECT, but a second came';
    return { reasonCode: REASON_CODES.protocolError, reason, clause: 'MQTT-3.1.0-2' };
  }
  return undefined;
}

function parseBody(
  bytes: Uint8Array,
  position: number,
  { cmd, flags }: FixedHeader,
  protocolVersion: ProtocolVersion,
): Parsed {
  const reader = new ByteReader(bytes, position, protocolVersion);
  const walked = LAYOUTS[cmd](reader, flags);
  reader.end(cmd);
  if (reader.refusal !== undefined) return refused(reader.refusal, protocolVersion);
  const packet = readPacket(bytes, protocolVersion, walked);
  const refusal = packet === undefined ? UNREAD : checkPacket(packet, protocolVersion);
  return packet === undefined || refusal !== undefined
    ? refused(refusal, protocolVersion)
    : { ok: true, packet };
}

function refused(refusal: Refusal = UNREAD, protocolVersion?: ProtocolVersion): Parsed {
  return { ok: false, ...refusal, ...(protocolVersion !== undefined && { protocolVersion }) };
}
