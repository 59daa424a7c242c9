import type { ServerPacket } from '#packets/types';
import {
  binary,
  PROPERTY,
  packetOf,
  properties,
  text,
  uint16,
  uint32,
  variableByteInteger,
} from './bytes.ts';
import { type Fixture, USER_PROPERTIES, userProperties } from './fixture.ts';

const REASON = [PROPERTY.reasonString, ...text('busy')];
const publish = {
  cmd: 'publish',
  topic: 'a/é',
  dup: false,
  retain: false,
  payload: Uint8Array.of(1, 2),
} as const;

/** Every packet of the server, at its shortest and with everything that it can have. */
export const SERVER_FIXTURES: readonly Fixture<ServerPacket>[] = [
  {
    name: 'CONNACK',
    protocolVersion: 4,
    bytes: packetOf(0x20, 1, 0),
    packet: {
      cmd: 'connack',
      sessionPresent: true,
      reasonCode: 0,
      properties: { serverKeepAlive: 5, reasonString: 'not in 3.1.1' },
    },
  },
  {
    name: 'CONNACK that refuses',
    protocolVersion: 4,
    bytes: packetOf(0x20, 0, 2),
    packet: { cmd: 'connack', sessionPresent: false, reasonCode: 0x85 },
  },
  {
    name: 'CONNACK',
    protocolVersion: 5,
    bytes: packetOf(0x20, 0, 0, properties()),
    packet: { cmd: 'connack', sessionPresent: false, reasonCode: 0 },
  },
  {
    name: 'CONNACK with everything',
    protocolVersion: 5,
    bytes: packetOf(
      0x20,
      1,
      0,
      properties(
        [PROPERTY.sessionExpiryInterval, ...uint32(0xffff_ffff)],
        [PROPERTY.receiveMaximum, ...uint16(100)],
        [36, 1],
        [37, 0],
        [PROPERTY.maximumPacketSize, ...uint32(131_072)],
        [18, ...text('given')],
        [PROPERTY.topicAliasMaximum, ...uint16(8)],
        REASON,
        [40, 1],
        [41, 0],
        [42, 1],
        [19, ...uint16(60)],
        [26, ...text('answers')],
        [PROPERTY.serverReference, ...text('other')],
      ),
    ),
    packet: {
      cmd: 'connack',
      sessionPresent: true,
      reasonCode: 0,
      properties: {
        sessionExpiryInterval: 0xffff_ffff,
        receiveMaximum: 100,
        maximumQoS: 1,
        retainAvailable: false,
        maximumPacketSize: 131_072,
        assignedClientIdentifier: 'given',
        topicAliasMaximum: 8,
        reasonString: 'busy',
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: false,
        sharedSubscriptionAvailable: true,
        serverKeepAlive: 60,
        responseInformation: 'answers',
        serverReference: 'other',
      },
    },
  },
  {
    name: 'PUBLISH of QoS 2, DUP and RETAIN',
    protocolVersion: 4,
    bytes: packetOf(0x3d, text('a/é'), uint16(65_535), 1, 2),
    packet: { ...publish, qos: 2, dup: true, retain: true, packetId: 65_535, properties: { userProperties } },
  },
  {
    name: 'PUBLISH of QoS 0 and an empty payload',
    protocolVersion: 4,
    bytes: packetOf(0x30, text('a/é')),
    packet: { ...publish, qos: 0, payload: new Uint8Array() },
  },
  {
    name: 'PUBLISH with everything',
    protocolVersion: 5,
    bytes: packetOf(
      0x32,
      text('a/é'),
      uint16(1),
      properties(
        [PROPERTY.payloadFormatIndicator, 1],
        [PROPERTY.messageExpiryInterval, ...uint32(0)],
        [PROPERTY.contentType, ...text('')],
        [PROPERTY.responseTopic, ...text('answers')],
        [PROPERTY.topicAlias, ...uint16(3)],
        [PROPERTY.correlationData, ...binary([])],
        [PROPERTY.subscriptionIdentifier, 1],
        [PROPERTY.subscriptionIdentifier, ...variableByteInteger(268_435_455)],
        USER_PROPERTIES,
      ),
      1,
      2,
    ),
    packet: {
      ...publish,
      qos: 1,
      packetId: 1,
      properties: {
        payloadFormatIndicator: true,
        messageExpiryInterval: 0,
        contentType: '',
        responseTopic: 'answers',
        topicAlias: 3,
        correlationData: new Uint8Array(),
        subscriptionIdentifiers: [1, 268_435_455],
        userProperties,
      },
    },
  },
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).flatMap((cmd): Fixture<ServerPacket>[] => {
    const first = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 }[cmd];
    const packet = { cmd, packetId: 300, reasonCode: 0x92, properties: { reasonString: 'busy' } };
    return [
      { name: cmd, protocolVersion: 4, bytes: packetOf(first, uint16(300)), packet },
      {
        name: `${cmd} of success, as short as can be`,
        protocolVersion: 5,
        bytes: packetOf(first, uint16(300)),
        packet: { cmd, packetId: 300, reasonCode: 0, properties: {} },
      },
      {
        name: `${cmd} with a reason code`,
        protocolVersion: 5,
        bytes: packetOf(first, uint16(300), 0x92, properties()),
        packet: { cmd, packetId: 300, reasonCode: 0x92 },
      },
      {
        name: `${cmd} with everything`,
        protocolVersion: 5,
        bytes: packetOf(first, uint16(300), 0x92, properties(REASON)),
        packet,
      },
    ];
  }),
  {
    name: 'SUBACK, whose failures are all 0x80 [MQTT-3.9.3-2]',
    protocolVersion: 4,
    bytes: packetOf(0x90, uint16(1), 0, 1, 2, 0x80, 0x80),
    packet: { cmd: 'suback', packetId: 1, reasonCodes: [0, 1, 2, 0x80, 0x8f] },
  },
  {
    name: 'SUBACK',
    protocolVersion: 5,
    bytes: packetOf(0x90, uint16(1), properties(REASON), 2, 0x8f),
    packet: { cmd: 'suback', packetId: 1, reasonCodes: [2, 0x8f], properties: { reasonString: 'busy' } },
  },
  {
    name: 'UNSUBACK',
    protocolVersion: 4,
    bytes: packetOf(0xb0, uint16(1)),
    packet: { cmd: 'unsuback', packetId: 1, reasonCodes: [0, 0x11] },
  },
  {
    name: 'UNSUBACK',
    protocolVersion: 5,
    bytes: packetOf(0xb0, uint16(1), properties(), 0, 0x11),
    packet: { cmd: 'unsuback', packetId: 1, reasonCodes: [0, 0x11] },
  },
  { name: 'PINGRESP', protocolVersion: 4, bytes: packetOf(0xd0), packet: { cmd: 'pingresp' } },
  { name: 'PINGRESP', protocolVersion: 5, bytes: packetOf(0xd0), packet: { cmd: 'pingresp' } },
  {
    name: 'DISCONNECT',
    protocolVersion: 5,
    bytes: packetOf(0xe0, 0x8e, properties(REASON, [PROPERTY.serverReference, ...text('other')])),
    packet: {
      cmd: 'disconnect',
      reasonCode: 0x8e,
      properties: { reasonString: 'busy', serverReference: 'other' },
    },
  },
];
