import type { ClientPacket } from '#packets/types';
import {
  binary,
  FIRST,
  PROPERTY,
  packetOf,
  properties,
  text,
  uint16,
  uint32,
  variableByteInteger,
} from './bytes.ts';
import { CONNECT_FIXTURES } from './connect-fixtures.ts';
import { type Fixture, USER_PROPERTIES, userProperties, userProperty } from './fixture.ts';

const reason = [PROPERTY.reasonString, ...text('enough')];

/** Every packet of a client, at its shortest and with everything that it can have. */
export const CLIENT_FIXTURES: readonly Fixture<ClientPacket>[] = [
  ...CONNECT_FIXTURES,
  {
    name: 'PUBLISH of QoS 0 and an empty payload',
    protocolVersion: 4,
    bytes: packetOf(FIRST.publish, text('a/b')),
    packet: {
      cmd: 'publish',
      topic: 'a/b',
      payload: Buffer.from([]),
      qos: 0,
      dup: false,
      retain: false,
      properties: {},
    },
  },
  {
    name: 'PUBLISH of QoS 2, DUP and RETAIN',
    protocolVersion: 4,
    bytes: packetOf(FIRST.publish | 0b1101, text('a/b'), uint16(65_535), 1, 2, 3),
    packet: {
      cmd: 'publish',
      topic: 'a/b',
      payload: Buffer.from([1, 2, 3]),
      qos: 2,
      dup: true,
      retain: true,
      packetId: 65_535,
      properties: {},
    },
  },
  {
    name: 'PUBLISH with an alias alone',
    protocolVersion: 5,
    bytes: packetOf(
      FIRST.publish | 0b0010,
      text(''),
      uint16(0x1234),
      properties([PROPERTY.topicAlias, ...uint16(9)]),
    ),
    packet: {
      cmd: 'publish',
      topic: '',
      payload: Buffer.from([]),
      qos: 1,
      dup: false,
      retain: false,
      packetId: 0x1234,
      properties: { topicAlias: 9 },
    },
  },
  {
    name: 'PUBLISH with everything',
    protocolVersion: 5,
    bytes: packetOf(
      FIRST.publish,
      text('\ufeffa'),
      properties(
        userProperty('__proto__', 'x'),
        [PROPERTY.payloadFormatIndicator, 0],
        [PROPERTY.messageExpiryInterval, ...uint32(0xffff_ffff)],
        [PROPERTY.topicAlias, ...uint16(65_535)],
        USER_PROPERTIES,
        [PROPERTY.responseTopic, ...text('answers')],
        [PROPERTY.correlationData, ...binary([0])],
        [PROPERTY.contentType, ...text('text/plain')],
      ),
      ...Buffer.from('payload'),
    ),
    packet: {
      cmd: 'publish',
      topic: '\ufeffa',
      payload: Buffer.from('payload'),
      qos: 0,
      dup: false,
      retain: false,
      properties: {
        payloadFormatIndicator: false,
        messageExpiryInterval: 0xffff_ffff,
        topicAlias: 65_535,
        responseTopic: 'answers',
        correlationData: Buffer.from([0]),
        contentType: 'text/plain',
        userProperties: [{ name: '__proto__', value: 'x' }, ...userProperties],
      },
    },
  },
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).flatMap((cmd): Fixture<ClientPacket>[] => [
    {
      name: cmd.toUpperCase(),
      protocolVersion: 4,
      bytes: packetOf(FIRST[cmd], uint16(258)),
      packet: { cmd, packetId: 258, reasonCode: 0, properties: {} },
    },
    {
      name: `${cmd.toUpperCase()} without a reason code`,
      protocolVersion: 5,
      bytes: packetOf(FIRST[cmd], uint16(1)),
      packet: { cmd, packetId: 1, reasonCode: 0, properties: {} },
    },
    {
      name: `${cmd.toUpperCase()} with a reason code alone`,
      protocolVersion: 5,
      bytes: packetOf(FIRST[cmd], uint16(1), 0),
      packet: { cmd, packetId: 1, reasonCode: 0, properties: {} },
    },
    {
      name: `${cmd.toUpperCase()} with everything`,
      protocolVersion: 5,
      bytes: packetOf(FIRST[cmd], uint16(1), failureOf(cmd), properties(reason, USER_PROPERTIES)),
      packet: {
        cmd,
        packetId: 1,
        reasonCode: failureOf(cmd),
        properties: { reasonString: 'enough', userProperties },
      },
    },
  ]),
  {
    name: 'SUBSCRIBE',
    protocolVersion: 4,
    bytes: packetOf(FIRST.subscribe, uint16(1), text('a/+'), 0, text('#'), 2),
    packet: {
      cmd: 'subscribe',
      packetId: 1,
      subscriptions: [
        { filter: 'a/+', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        { filter: '#', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
      properties: {},
    },
  },
  {
    name: 'SUBSCRIBE with everything',
    protocolVersion: 5,
    bytes: packetOf(
      FIRST.subscribe,
      uint16(2),
      properties([PROPERTY.subscriptionIdentifier, ...variableByteInteger(268_435_455)], USER_PROPERTIES),
      text('$share/g/a'),
      0b0010_1001,
      text('b'),
      0b0001_0110,
    ),
    packet: {
      cmd: 'subscribe',
      packetId: 2,
      subscriptions: [
        { filter: '$share/g/a', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 2 },
        { filter: 'b', qos: 2, noLocal: true, retainAsPublished: false, retainHandling: 1 },
      ],
      properties: { subscriptionIdentifier: 268_435_455, userProperties },
    },
  },
  {
    name: 'UNSUBSCRIBE',
    protocolVersion: 4,
    bytes: packetOf(FIRST.unsubscribe, uint16(3), text('a/+'), text('b')),
    packet: { cmd: 'unsubscribe', packetId: 3, filters: ['a/+', 'b'], properties: {} },
  },
  {
    name: 'UNSUBSCRIBE with everything',
    protocolVersion: 5,
    bytes: packetOf(FIRST.unsubscribe, uint16(3), properties(USER_PROPERTIES), text('$share/g/#')),
    packet: { cmd: 'unsubscribe', packetId: 3, filters: ['$share/g/#'], properties: { userProperties } },
  },
  ...([4, 5] as const).flatMap((protocolVersion): Fixture<ClientPacket>[] => [
    { name: 'PINGREQ', protocolVersion, bytes: packetOf(FIRST.pingreq), packet: { cmd: 'pingreq' } },
    {
      name: 'DISCONNECT',
      protocolVersion,
      bytes: packetOf(FIRST.disconnect),
      packet: { cmd: 'disconnect', reasonCode: 0, properties: {} },
    },
  ]),
  {
    name: 'DISCONNECT with a reason code alone',
    protocolVersion: 5,
    bytes: packetOf(FIRST.disconnect, 4),
    packet: { cmd: 'disconnect', reasonCode: 4, properties: {} },
  },
  {
    name: 'DISCONNECT with everything',
    protocolVersion: 5,
    bytes: packetOf(
      FIRST.disconnect,
      0x80,
      properties([PROPERTY.sessionExpiryInterval, ...uint32(0)], reason, USER_PROPERTIES),
    ),
    packet: {
      cmd: 'disconnect',
      reasonCode: 0x80,
      properties: { sessionExpiryInterval: 0, reasonString: 'enough', userProperties },
    },
  },
];

function failureOf(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'): number {
  return cmd === 'puback' || cmd === 'pubrec' ? 0x97 : 0x92;
}
