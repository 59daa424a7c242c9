import { binary, FIRST, packetOf, text, uint16 } from '../fixtures/bytes.ts';
import { testRefusals } from './refusal-case.ts';

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
const UNSUPPORTED_VERSION = 0x84;
const CLIENT_IDENTIFIER = 0x85;

const CLEAN = 0b0000_0010;
const WILL = 0b0000_0100;

const connect311 = (flags: number, ...payload: readonly number[][]) =>
  packetOf(FIRST.connect, text('MQTT'), 4, flags, uint16(60), ...payload);
const offering = (name: string, version: number) =>
  packetOf(FIRST.connect, text(name), version, CLEAN, uint16(60), text('a'));

testRefusals('the first packet', undefined, [
  {
    clause: 'MQTT-3.1.0-1',
    name: 'another than CONNECT',
    bytes: packetOf(FIRST.pingreq),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-2.2.2-2',
    name: 'reserved flags',
    bytes: packetOf(0x11, text('MQTT'), 4),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-3.1.2-1',
    name: 'another protocol name, without an answer',
    bytes: offering('MQTTS', 5),
    reasonCode: UNSUPPORTED_VERSION,
  },
  {
    clause: 'MQTT-3.1.2-1',
    name: 'the name of 3.1 with the version of 3.1.1',
    bytes: offering('MQIsdp', 4),
    reasonCode: UNSUPPORTED_VERSION,
  },
  {
    clause: 'MQTT-4.8.0-1',
    name: 'a cut off protocol name',
    bytes: packetOf(FIRST.connect, 0),
    reasonCode: MALFORMED,
  },
  ...[
    { name: 'MQIsdp', version: 3, answerIn: 4 as const },
    { name: 'MQIsdp', version: 0x83, answerIn: 4 as const },
    { name: 'MQTT', version: 3, answerIn: 4 as const },
    { name: 'MQTT', version: 0x84, answerIn: 4 as const },
    { name: 'MQTT', version: 6, answerIn: 5 as const },
    { name: 'MQTT', version: 0x85, answerIn: 5 as const },
  ].map(({ name, version, answerIn }) => ({
    clause: 'MQTT-3.1.2-2',
    name: `${name} of version ${version}, answering in version ${answerIn}`,
    bytes: offering(name, version),
    reasonCode: UNSUPPORTED_VERSION,
    answerIn,
  })),
]);

testRefusals(
  'CONNECT of 3.1.1',
  undefined,
  [
    {
      clause: 'MQTT-3.1.2-3',
      name: 'the reserved flag',
      bytes: connect311(CLEAN | 1, text('a')),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-14',
      name: 'a Will QoS of 3',
      bytes: connect311(CLEAN | WILL | 0b0001_1000, text('a'), text('w'), binary([])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-13',
      name: 'a Will QoS without a will',
      bytes: connect311(CLEAN | 0b0000_1000, text('a')),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-15',
      name: 'Will Retain without a will',
      bytes: connect311(CLEAN | 0b0010_0000, text('a')),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-22',
      name: 'a password without a user name',
      bytes: connect311(CLEAN | 0b0100_0000, text('a'), binary([1])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT-3.1.3-8',
      name: 'no client identifier with Clean Session 0',
      bytes: connect311(0, text('')),
      reasonCode: CLIENT_IDENTIFIER,
    },
    {
      clause: 'MQTT-1.5.3-1',
      name: 'a client identifier that is no UTF-8',
      bytes: connect311(CLEAN, binary([0x61, 0xff])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-1.5.3-1',
      name: 'a user name with an encoded surrogate',
      bytes: connect311(CLEAN | 0b1000_0000, text('a'), binary([0xed, 0xa0, 0x80])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-1.5.3-2',
      name: 'a client identifier with U+0000',
      bytes: connect311(CLEAN, text('a\0')),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-4.7.1-1',
      name: 'a will topic with a wildcard',
      bytes: connect311(CLEAN | WILL, text('a'), text('w/#'), binary([])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT-4.7.3-1',
      name: 'an empty will topic',
      bytes: connect311(CLEAN | WILL, text('a'), text(''), binary([])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT-4.8.0-1',
      name: 'a user name that the flags announce and is missing',
      bytes: connect311(CLEAN | 0b1000_0000, text('a')),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-4.8.0-1',
      name: 'fields that the flags do not announce',
      bytes: connect311(CLEAN, text('a'), text('user')),
      reasonCode: MALFORMED,
    },
  ].map((each) => ({ ...each, answerIn: 4 as const })),
);
