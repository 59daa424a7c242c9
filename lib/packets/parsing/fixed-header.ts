import type { ByteReader } from '../layouts/byte-reader.ts';
import { REASON_CODES } from '../reason-codes.ts';
import type { Clause } from '../refusal.ts';
import type { ClientPacket } from '../types.ts';

const { malformedPacket, protocolError } = REASON_CODES;

const RESERVED_FLAGS: Clause = { 4: 'MQTT-2.2.2-2', 5: 'MQTT-2.1.3-1' };

interface Kind {
  readonly cmd: ClientPacket['cmd'];
  /**
   * The only value of bits 3 to 0 of the first byte (MQTT 5, table 2-2), and what says so. Absent: DUP, QoS
   * and RETAIN of a PUBLISH.
   */
  readonly reserved?: { readonly flags: number; readonly clause: Clause };
}

/** What a client sends, by the upper half of the first byte (MQTT 5, table 2-1). */
const KINDS: Readonly<Record<number, Kind>> = {
  1: { cmd: 'connect', reserved: { flags: 0, clause: RESERVED_FLAGS } },
  3: { cmd: 'publish' },
  4: { cmd: 'puback', reserved: { flags: 0, clause: RESERVED_FLAGS } },
  5: { cmd: 'pubrec', reserved: { flags: 0, clause: RESERVED_FLAGS } },
  6: { cmd: 'pubrel', reserved: { flags: 0b0010, clause: 'MQTT-3.6.1-1' } },
  7: { cmd: 'pubcomp', reserved: { flags: 0, clause: RESERVED_FLAGS } },
  8: { cmd: 'subscribe', reserved: { flags: 0b0010, clause: 'MQTT-3.8.1-1' } },
  10: { cmd: 'unsubscribe', reserved: { flags: 0b0010, clause: 'MQTT-3.10.1-1' } },
  12: { cmd: 'pingreq', reserved: { flags: 0, clause: RESERVED_FLAGS } },
  14: { cmd: 'disconnect', reserved: { flags: 0, clause: 'MQTT-3.14.1-1' } },
};

const FLAGS = 0b1111;
const AUTH = 15;
const SERVER_ONLY: Readonly<Record<number, string>> = {
  2: 'CONNACK',
  9: 'SUBACK',
  11: 'UNSUBACK',
  13: 'PINGRESP',
};

const KINDS_SECTION: Clause = { 4: 'MQTT 3.1.1, 2.2.1', 5: 'MQTT 5, 2.1.2' };

export interface FixedHeader {
  readonly cmd: ClientPacket['cmd'];
  readonly flags: number;
}

/** Reads the fixed header of a packet that is there as a whole; undefined when the reader has refused it. */
export function readFixedHeader(reader: ByteReader): FixedHeader | undefined {
  const first = reader.byte('the first byte of a packet');
  const length = reader.variableByteInteger('the remaining length');
  if (length !== reader.remaining) {
    const reason = `the remaining length is ${length}, but ${reader.remaining} bytes follow`;
    reader.refuse(malformedPacket, reason, { 4: 'MQTT 3.1.1, 2.2.3', 5: 'MQTT 5, 2.1.4' });
    return undefined;
  }
  const kind = KINDS[first >> 4];
  if (kind === undefined) {
    refuseKind(reader, first >> 4, first & FLAGS);
    return undefined;
  }
  const flags = first & FLAGS;
  if (kind.reserved !== undefined && kind.reserved.flags !== flags) {
    const reason = `the flags of ${kind.cmd} are ${kind.reserved.flags}, but ${flags} came`;
    reader.refuse(malformedPacket, reason, kind.reserved.clause);
  }
  if (kind.cmd === 'publish' && (flags & 0b0110) === 0b0110) {
    reader.refuse(malformedPacket, 'a PUBLISH has QoS 0, 1 or 2, but 3 came', 'MQTT-3.3.1-4');
  }
  return reader.refusal === undefined ? { cmd: kind.cmd, flags } : undefined;
}

function refuseKind(reader: ByteReader, type: number, flags: number): void {
  const serverOnly = SERVER_ONLY[type];
  if (serverOnly !== undefined) {
    reader.refuse(protocolError, `a server sends ${serverOnly}, but a client did`, KINDS_SECTION);
  } else if (type === AUTH && reader.protocolVersion === 5 && flags !== 0) {
    reader.refuse(malformedPacket, `the flags of AUTH are 0, but ${flags} came`, 'MQTT-3.15.1-1');
  } else if (type === AUTH && reader.protocolVersion === 5) {
    const reason = 'AUTH belongs to an Authentication Method, but none was agreed at CONNECT';
    reader.refuse(protocolError, reason, 'MQTT-4.12.0-7');
  } else {
    reader.refuse(malformedPacket, `the packet type ${type} is reserved`, KINDS_SECTION);
  }
}
