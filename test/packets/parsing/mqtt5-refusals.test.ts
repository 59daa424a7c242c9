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
} from '../fixtures/bytes.ts';
import { testRefusals } from './refusal-case.ts';

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
const TOPIC_ALIAS_INVALID = 0x94;

const publish = (...parts: readonly (readonly number[])[]) =>
  packetOf(FIRST.publish, text('a'), properties(...parts));
const subscribe = (options: number, filter: string, ...parts: readonly (readonly number[])[]) =>
  packetOf(FIRST.subscribe, uint16(1), properties(...parts), text(filter), options);

testRefusals('lengths of MQTT 5', 5, [
  {
    clause: 'MQTT-1.5.5-1',
    name: 'a remaining length in more bytes than needed',
    bytes: Uint8Array.of(FIRST.pingreq, 0x80, 0),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-1.5.5-1',
    name: 'a property length in more bytes than needed',
    bytes: packetOf(FIRST.publish, text('a'), 0x80, 0),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-1.5.5-1',
    name: 'a Subscription Identifier in more bytes than needed',
    bytes: subscribe(0, 'a', [PROPERTY.subscriptionIdentifier, 0x81, 0]),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT 5, 1.5.5',
    name: 'a property length of five bytes',
    bytes: packetOf(FIRST.publish, text('a'), [0x80, 0x80, 0x80, 0x80, 1]),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT 5, 2.2.2',
    name: 'properties that are longer than the packet',
    bytes: packetOf(FIRST.publish, text('a'), 9),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT 5, 2.2.2',
    name: 'a property that goes on behind the properties',
    bytes: packetOf(FIRST.publish, text('a'), 3, PROPERTY.messageExpiryInterval, uint32(1)),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-4.13.1-1',
    name: 'PUBLISH without a property length',
    bytes: packetOf(FIRST.publish, text('a')),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-4.13.1-1',
    name: 'bytes behind the properties of PUBACK',
    bytes: packetOf(FIRST.puback, uint16(1), 0, properties(), 0),
    reasonCode: MALFORMED,
  },
]);

testRefusals('properties', 5, [
  ...[0, 0x7f, PROPERTY.maximumQoS].map((identifier) => ({
    clause: 'MQTT 5, 2.2.2.2',
    name: `the property identifier ${identifier}`,
    bytes: publish([identifier, 0]),
    reasonCode: MALFORMED,
  })),
  {
    clause: 'MQTT 5, 2.2.2.2',
    name: 'a property of CONNECT in PUBLISH',
    bytes: publish([PROPERTY.receiveMaximum, ...uint16(1)]),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT 5, 2.2.2.2',
    name: 'a property of PUBLISH in PUBREL',
    bytes: packetOf(FIRST.pubrel, uint16(1), 0, properties([PROPERTY.contentType, ...text('a')])),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT 5, 2.2.2.2',
    name: 'a Reason String in UNSUBSCRIBE',
    bytes: packetOf(
      FIRST.unsubscribe,
      uint16(1),
      properties([PROPERTY.reasonString, ...text('a')]),
      text('a'),
    ),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT 5, 3.3.2.3.2',
    name: 'a Payload Format Indicator that is neither 0 nor 1',
    bytes: publish([PROPERTY.payloadFormatIndicator, 2]),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-3.3.2-8',
    name: 'a Topic Alias of 0',
    bytes: publish([PROPERTY.topicAlias, ...uint16(0)]),
    reasonCode: TOPIC_ALIAS_INVALID,
  },
  ...(
    [
      ['MQTT 5, 3.3.2.3.2', 'Payload Format Indicator', [PROPERTY.payloadFormatIndicator, 0]],
      ['MQTT 5, 3.3.2.3.3', 'Message Expiry Interval', [PROPERTY.messageExpiryInterval, ...uint32(0)]],
      ['MQTT-3.3.2-8', 'Topic Alias', [PROPERTY.topicAlias, ...uint16(1)]],
      ['MQTT 5, 3.3.2.3.5', 'Response Topic', [PROPERTY.responseTopic, ...text('a')]],
      ['MQTT 5, 3.3.2.3.6', 'Correlation Data', [PROPERTY.correlationData, ...binary([])]],
      ['MQTT 5, 3.3.2.3.9', 'Content Type', [PROPERTY.contentType, ...text('')]],
    ] as const
  ).map(([clause, name, property]) => ({
    clause,
    name: `a second ${name}`,
    bytes: publish(property, property),
    reasonCode: PROTOCOL_ERROR,
  })),
  {
    clause: 'MQTT 5, 3.4.2.2.2',
    name: 'a second Reason String',
    bytes: packetOf(
      FIRST.puback,
      uint16(1),
      0,
      properties([PROPERTY.reasonString, ...text('')], [PROPERTY.reasonString, ...text('')]),
    ),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-3.3.2-14',
    name: 'a Response Topic with a wildcard',
    bytes: publish([PROPERTY.responseTopic, ...text('a/#')]),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-1.5.4-1',
    name: 'the name of a user property that is no UTF-8',
    bytes: publish([PROPERTY.userProperty, ...binary([0xf8]), ...text('')]),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-3.3.4-6',
    name: 'a Subscription Identifier in PUBLISH',
    bytes: publish([PROPERTY.subscriptionIdentifier, 1]),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT 5, 3.8.2.1.2',
    name: 'a Subscription Identifier of 0',
    bytes: subscribe(0, 'a', [PROPERTY.subscriptionIdentifier, 0]),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT 5, 3.8.2.1.2',
    name: 'a second Subscription Identifier',
    bytes: subscribe(
      0,
      'a',
      [PROPERTY.subscriptionIdentifier, ...variableByteInteger(200)],
      [PROPERTY.subscriptionIdentifier, 1],
    ),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT 5, 3.14.2.2.5',
    name: 'a Server Reference in DISCONNECT',
    bytes: packetOf(FIRST.disconnect, 0, properties([PROPERTY.serverReference, ...text('other')])),
    reasonCode: PROTOCOL_ERROR,
  },
]);

testRefusals('subscription options', 5, [
  {
    clause: 'MQTT 5, 3.8.3.1',
    name: 'a Retain Handling of 3',
    bytes: subscribe(0b0011_0000, 'a'),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-3.8.3-5',
    name: 'the highest reserved bit',
    bytes: subscribe(0b1000_0000, 'a'),
    reasonCode: MALFORMED,
  },
  {
    clause: 'MQTT-3.8.3-4',
    name: 'No Local on a Shared Subscription',
    bytes: subscribe(0b0100, '$share/group/a'),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-4.8.2-2',
    name: 'a share name with a wildcard',
    bytes: subscribe(0, '$share/gr+up/a'),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-4.8.2-1',
    name: 'an empty share name',
    bytes: subscribe(0, '$share//a'),
    reasonCode: PROTOCOL_ERROR,
  },
]);

testRefusals('reason codes', 5, [
  ...(
    [
      ['MQTT-3.4.2-1', 'puback', 0x92],
      ['MQTT-3.5.2-1', 'pubrec', 0x01],
      ['MQTT-3.6.2-1', 'pubrel', 0x80],
      ['MQTT-3.7.2-1', 'pubcomp', 0x10],
    ] as const
  ).map(([clause, kind, code]) => ({
    clause,
    name: `${code} in ${kind.toUpperCase()}`,
    bytes: packetOf(FIRST[kind], uint16(1), code),
    reasonCode: PROTOCOL_ERROR,
  })),
  {
    clause: 'MQTT-3.14.2-1',
    name: 'what only a server says in DISCONNECT',
    bytes: packetOf(FIRST.disconnect, 0x8e),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-4.12.0-7',
    name: 'AUTH without an Authentication Method',
    bytes: packetOf(FIRST.auth, 0x19, properties()),
    reasonCode: PROTOCOL_ERROR,
  },
  {
    clause: 'MQTT-3.15.1-1',
    name: 'AUTH with flags',
    bytes: packetOf(FIRST.auth | 1, 0x19, properties()),
    reasonCode: MALFORMED,
  },
]);
