import { binary, FIRST, packetOf, properties, text, uint16 } from '../fixtures/bytes.ts';
import { testRefusals } from './refusal-case.ts';

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;

const CONNECT = packetOf(FIRST.connect, text('MQTT'), 5, 2, uint16(0), properties(), text(''));

/** No properties, in the form of either version. */
type None = readonly number[];

const publish = (flags: number, ...parts: readonly (readonly number[])[]) =>
  packetOf(FIRST.publish | flags, ...parts);
const subscribe = (none: None, ...payload: readonly (number | readonly number[])[]) =>
  packetOf(FIRST.subscribe, uint16(1), none, ...payload);
const unsubscribe = (none: None, ...payload: readonly (number | readonly number[])[]) =>
  packetOf(FIRST.unsubscribe, uint16(1), none, ...payload);

/** What both versions refuse: the clause of 3.1.1, that of 5, what is refused, how, and its bytes. */
const IN_BOTH: readonly (readonly [string, string, string, number, (none: None) => Uint8Array])[] = [
  ['MQTT-3.1.0-2', 'MQTT-3.1.0-2', 'a second CONNECT', PROTOCOL_ERROR, () => CONNECT],
  ['MQTT 3.1.1, 2.2.1', 'MQTT 5, 2.1.2', 'CONNACK', PROTOCOL_ERROR, () => packetOf(0x20, 0, 0)],
  ['MQTT 3.1.1, 2.2.1', 'MQTT 5, 2.1.2', 'SUBACK', PROTOCOL_ERROR, () => packetOf(0x90, uint16(1), 0)],
  ['MQTT 3.1.1, 2.2.1', 'MQTT 5, 2.1.2', 'UNSUBACK', PROTOCOL_ERROR, () => packetOf(0xb0, uint16(1))],
  ['MQTT 3.1.1, 2.2.1', 'MQTT 5, 2.1.2', 'PINGRESP', PROTOCOL_ERROR, () => packetOf(0xd0)],
  ['MQTT 3.1.1, 2.2.1', 'MQTT 5, 2.1.2', 'the reserved packet type 0', MALFORMED, () => packetOf(0)],
  ['MQTT-2.2.2-2', 'MQTT-2.1.3-1', 'flags of PINGREQ', MALFORMED, () => packetOf(0xc1)],
  ['MQTT-2.2.2-2', 'MQTT-2.1.3-1', 'flags of PUBACK', MALFORMED, () => packetOf(0x42, uint16(1))],
  ['MQTT-2.2.2-2', 'MQTT-2.1.3-1', 'flags of PUBREC', MALFORMED, () => packetOf(0x58, uint16(1))],
  ['MQTT-2.2.2-2', 'MQTT-2.1.3-1', 'flags of PUBCOMP', MALFORMED, () => packetOf(0x74, uint16(1))],
  ['MQTT-3.6.1-1', 'MQTT-3.6.1-1', 'PUBREL without its flag', MALFORMED, () => packetOf(0x60, uint16(1))],
  [
    'MQTT-3.8.1-1',
    'MQTT-3.8.1-1',
    'SUBSCRIBE without its flag',
    MALFORMED,
    (none) => packetOf(0x80, uint16(1), none, text('a'), 0),
  ],
  [
    'MQTT-3.10.1-1',
    'MQTT-3.10.1-1',
    'UNSUBSCRIBE with another flag',
    MALFORMED,
    (none) => packetOf(0xaa, uint16(1), none, text('a')),
  ],
  ['MQTT-3.14.1-1', 'MQTT-3.14.1-1', 'flags of DISCONNECT', MALFORMED, () => packetOf(0xe1)],
  [
    'MQTT 3.1.1, 2.2.3',
    'MQTT 5, 1.5.5',
    'a remaining length of five bytes',
    MALFORMED,
    () => Uint8Array.of(FIRST.publish, 0xff, 0xff, 0xff, 0xff, 0x7f),
  ],
  [
    'MQTT 3.1.1, 2.2.3',
    'MQTT 5, 2.1.4',
    'a remaining length that says too little',
    MALFORMED,
    () => Uint8Array.of(FIRST.pingreq, 0, 0),
  ],
  ['MQTT-4.8.0-1', 'MQTT-4.13.1-1', 'PINGREQ with a body', MALFORMED, () => packetOf(FIRST.pingreq, 0)],
  ['MQTT-4.8.0-1', 'MQTT-4.13.1-1', 'nothing at all', MALFORMED, () => new Uint8Array()],
  [
    'MQTT-3.3.1-4',
    'MQTT-3.3.1-4',
    'QoS 3',
    MALFORMED,
    (none) => publish(0b0110, text('a'), uint16(1), [...none]),
  ],
  [
    'MQTT-3.3.1-2',
    'MQTT-3.3.1-2',
    'DUP with QoS 0',
    PROTOCOL_ERROR,
    (none) => publish(0b1000, text('a'), [...none]),
  ],
  [
    'MQTT-2.3.1-1',
    'MQTT-2.2.1-3',
    'PUBLISH with packet identifier 0',
    PROTOCOL_ERROR,
    (none) => publish(0b0010, text('a'), uint16(0), [...none]),
  ],
  ['MQTT-4.7.3-1', 'MQTT-4.7.3-1', 'an empty topic', PROTOCOL_ERROR, (none) => publish(0, text(''), none)],
  [
    'MQTT-3.3.2-2',
    'MQTT-3.3.2-2',
    'a topic with a wildcard',
    PROTOCOL_ERROR,
    (none) => publish(0, text('a/+'), none),
  ],
  [
    'MQTT-1.5.3-1',
    'MQTT-1.5.4-1',
    'a topic that is no UTF-8',
    MALFORMED,
    (none) => publish(0, binary([0x80]), none),
  ],
  [
    'MQTT-1.5.3-1',
    'MQTT-1.5.4-1',
    'a topic with an encoded surrogate',
    MALFORMED,
    (none) => publish(0, binary([0xed, 0xbf, 0xbf]), none),
  ],
  [
    'MQTT-1.5.3-2',
    'MQTT-1.5.4-2',
    'a topic with U+0000',
    MALFORMED,
    (none) => publish(0, text('a\0b'), none),
  ],
  [
    'MQTT-4.8.0-1',
    'MQTT-4.13.1-1',
    'a topic longer than the packet',
    MALFORMED,
    () => publish(0, uint16(9), [0x61]),
  ],
  [
    'MQTT-2.3.1-6',
    'MQTT-2.2.1-5',
    'PUBACK with packet identifier 0',
    PROTOCOL_ERROR,
    () => packetOf(FIRST.puback, uint16(0)),
  ],
  [
    'MQTT-2.3.1-6',
    'MQTT-2.2.1-5',
    'PUBREL with packet identifier 0',
    PROTOCOL_ERROR,
    () => packetOf(FIRST.pubrel, uint16(0)),
  ],
  ['MQTT-4.8.0-1', 'MQTT-4.13.1-1', 'half a packet identifier', MALFORMED, () => packetOf(FIRST.pubrec, 0)],
  ['MQTT-3.8.3-3', 'MQTT-3.8.3-2', 'SUBSCRIBE without a filter', PROTOCOL_ERROR, (none) => subscribe(none)],
  [
    'MQTT-2.3.1-1',
    'MQTT-2.2.1-3',
    'SUBSCRIBE with packet identifier 0',
    PROTOCOL_ERROR,
    (none) => packetOf(FIRST.subscribe, uint16(0), none, text('a'), 0),
  ],
  [
    'MQTT-3.8.3-4',
    'MQTT 5, 3.8.3.1',
    'a subscription of QoS 3',
    PROTOCOL_ERROR,
    (none) => subscribe(none, text('a'), 3),
  ],
  [
    'MQTT-3.8.3-4',
    'MQTT-3.8.3-5',
    'reserved bits of subscription options',
    MALFORMED,
    (none) => subscribe(none, text('a'), 0x40),
  ],
  [
    'MQTT-4.8.0-1',
    'MQTT-4.13.1-1',
    'a filter without subscription options',
    MALFORMED,
    (none) => subscribe(none, text('a')),
  ],
  ['MQTT-4.7.3-1', 'MQTT-4.7.3-1', 'an empty filter', PROTOCOL_ERROR, (none) => subscribe(none, text(''), 0)],
  [
    'MQTT-4.7.1-2',
    'MQTT-4.7.1-1',
    'a filter with # inside, behind a good one',
    PROTOCOL_ERROR,
    (none) => subscribe(none, text('a'), 0, text('a/#/b'), 0),
  ],
  [
    'MQTT-4.7.1-3',
    'MQTT-4.7.1-2',
    'a filter with + beside a letter',
    PROTOCOL_ERROR,
    (none) => subscribe(none, text('a+'), 0),
  ],
  [
    'MQTT-1.5.3-1',
    'MQTT-1.5.4-1',
    'a filter that is no UTF-8',
    MALFORMED,
    (none) => subscribe(none, binary([0xff]), 0),
  ],
  [
    'MQTT-3.10.3-2',
    'MQTT-3.10.3-2',
    'UNSUBSCRIBE without a filter',
    PROTOCOL_ERROR,
    (none) => unsubscribe(none),
  ],
  [
    'MQTT-2.3.1-1',
    'MQTT-2.2.1-3',
    'UNSUBSCRIBE with packet identifier 0',
    PROTOCOL_ERROR,
    (none) => packetOf(FIRST.unsubscribe, uint16(0), none, text('a')),
  ],
  [
    'MQTT-4.8.0-1',
    'MQTT-4.13.1-1',
    'UNSUBSCRIBE of half a filter',
    MALFORMED,
    (none) => unsubscribe(none, 0),
  ],
  [
    'MQTT-4.7.3-1',
    'MQTT-4.7.3-1',
    'UNSUBSCRIBE of an empty filter',
    PROTOCOL_ERROR,
    (none) => unsubscribe(none, text('')),
  ],
];

testRefusals(
  'a connection of 3.1.1',
  4,
  IN_BOTH.map(([clause, , name, reasonCode, bytes]) => ({ clause, name, reasonCode, bytes: bytes([]) })),
);

testRefusals(
  'a connection of MQTT 5',
  5,
  IN_BOTH.map(([, clause, name, reasonCode, bytes]) => ({
    clause,
    name,
    reasonCode,
    bytes: bytes(properties()),
  })),
);

testRefusals('a connection of 3.1.1, to which MQTT 5 added', 4, [
  {
    clause: 'MQTT 3.1.1, 2.2.1',
    name: 'AUTH, a reserved packet type',
    bytes: packetOf(FIRST.auth, 0),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-3.8.3-4',
    name: 'No Local',
    bytes: subscribe([], text('a'), 0b0100),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-4.8.0-1',
    name: 'a reason code of PUBACK',
    bytes: packetOf(FIRST.puback, uint16(1), 0),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-4.8.0-1',
    name: 'a reason code of DISCONNECT',
    bytes: packetOf(FIRST.disconnect, 0),
    reasonCode: MALFORMED,
  },
]);
