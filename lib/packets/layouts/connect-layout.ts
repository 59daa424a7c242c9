import { REASON_CODES } from '../reason-codes.ts';
import type { Clause } from '../refusal.ts';
import type { ByteReader } from './byte-reader.ts';
import { walkProperties } from './properties.ts';
import type { Walked } from './walked.ts';

const { malformedPacket, protocolError } = REASON_CODES;

const FLAGS = {
  reserved: 0b0000_0001,
  will: 0b0000_0100,
  willQos: 0b0001_1000,
  willRetain: 0b0010_0000,
  password: 0b0100_0000,
  username: 0b1000_0000,
} as const;

export function walkConnect(reader: ByteReader): Walked {
  reader.string('the protocol name');
  reader.byte('the protocol version');
  const flags = reader.byte('the CONNECT flags');
  checkFlags(reader, flags);
  reader.uint16('Keep Alive');
  const isMqtt5 = reader.protocolVersion === 5;
  const userProperties = isMqtt5 ? walkProperties(reader, 'connect') : [];
  reader.string('the client identifier');
  const willUserProperties = isMqtt5 && (flags & FLAGS.will) !== 0 ? walkProperties(reader, 'will') : [];
  if ((flags & FLAGS.will) !== 0) {
    reader.string('the will topic');
    reader.binary('the will payload');
  }
  if ((flags & FLAGS.username) !== 0) reader.string('the user name');
  if ((flags & FLAGS.password) !== 0) reader.binary('the password');
  return { userProperties, willUserProperties };
}

interface FlagRule {
  readonly broken: (flags: number) => boolean;
  readonly reasonCode: number;
  readonly reason: string;
  readonly clause: Clause;
  readonly onlyIn?: 4;
}

const FLAG_RULES: readonly FlagRule[] = [
  {
    broken: (flags) => (flags & FLAGS.reserved) !== 0,
    reasonCode: malformedPacket,
    reason: 'the reserved CONNECT flag is 0, but 1 came',
    clause: 'MQTT-3.1.2-3',
  },
  {
    broken: (flags) => (flags & FLAGS.willQos) === FLAGS.willQos,
    reasonCode: malformedPacket,
    reason: 'a will has QoS 0, 1 or 2, but 3 came',
    clause: { 4: 'MQTT-3.1.2-14', 5: 'MQTT-3.1.2-12' },
  },
  {
    broken: (flags) => (flags & FLAGS.will) === 0 && (flags & FLAGS.willQos) !== 0,
    reasonCode: malformedPacket,
    reason: 'without a will the Will QoS is 0, but another came',
    clause: { 4: 'MQTT-3.1.2-13', 5: 'MQTT-3.1.2-11' },
  },
  {
    broken: (flags) => (flags & FLAGS.will) === 0 && (flags & FLAGS.willRetain) !== 0,
    reasonCode: malformedPacket,
    reason: 'without a will the Will Retain flag is 0, but 1 came',
    clause: { 4: 'MQTT-3.1.2-15', 5: 'MQTT-3.1.2-13' },
  },
  {
    broken: (flags) => (flags & FLAGS.password) !== 0 && (flags & FLAGS.username) === 0,
    reasonCode: protocolError,
    reason: 'a password comes with a user name, but none came',
    clause: 'MQTT-3.1.2-22',
    onlyIn: 4,
  },
];

function checkFlags(reader: ByteReader, flags: number): void {
  for (const { broken, reasonCode, reason, clause, onlyIn } of FLAG_RULES) {
    const applies = onlyIn === undefined || onlyIn === reader.protocolVersion;
    if (applies && broken(flags)) reader.refuse(reasonCode, reason, clause);
  }
}
