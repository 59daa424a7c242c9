import { binary, FIRST, PROPERTY, packetOf, properties, text, uint16, uint32 } from '../fixtures/bytes.ts';
import { testRefusals } from './refusal-case.ts';

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;

const CLEAN = 0b0000_0010;
const WILL = 0b0000_0100;

const connect5 = (connectProperties: readonly number[], flags = CLEAN, ...payload: readonly number[][]) =>
  packetOf(FIRST.connect, text('MQTT'), 5, flags, uint16(60), connectProperties, text('a'), ...payload);
const will5 = (willProperties: readonly number[], topic = 'w') =>
  connect5(properties(), CLEAN | WILL, [...willProperties], text(topic), binary([]));
testRefusals(
  'CONNECT of MQTT 5',
  undefined,
  [
    {
      clause: 'MQTT-3.1.2-3',
      name: 'the reserved flag',
      bytes: connect5(properties(), CLEAN | 1),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-12',
      name: 'a Will QoS of 3',
      bytes: connect5(properties(), CLEAN | WILL | 0b0001_1000, properties(), text('w'), binary([])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-11',
      name: 'a Will QoS without a will',
      bytes: connect5(properties(), CLEAN | 0b0001_0000),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-3.1.2-13',
      name: 'Will Retain without a will',
      bytes: connect5(properties(), CLEAN | 0b0010_0000),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-4.13.1-1',
      name: 'a will without a payload',
      bytes: connect5(properties(), CLEAN | WILL, properties(), text('w')),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT 5, 3.1.2.11.3',
      name: 'a Receive Maximum of 0',
      bytes: connect5(properties([PROPERTY.receiveMaximum, ...uint16(0)])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT 5, 3.1.2.11.4',
      name: 'a Maximum Packet Size of 0',
      bytes: connect5(properties([PROPERTY.maximumPacketSize, ...uint32(0)])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT 5, 3.1.2.11.7',
      name: 'Request Problem Information that is neither 0 nor 1',
      bytes: connect5(properties([PROPERTY.requestProblemInformation, 2])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT 5, 3.1.2.11.6',
      name: 'Request Response Information that is neither 0 nor 1',
      bytes: connect5(properties([PROPERTY.requestResponseInformation, 255])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT 5, 3.1.2.11.2',
      name: 'a Session Expiry Interval given twice, the first being 0',
      bytes: connect5(
        properties(
          [PROPERTY.sessionExpiryInterval, ...uint32(0)],
          [PROPERTY.sessionExpiryInterval, ...uint32(1)],
        ),
      ),
      reasonCode: PROTOCOL_ERROR,
    },
    ...(
      [
        ['MQTT 5, 3.1.2.11.3', 'Receive Maximum', [PROPERTY.receiveMaximum, ...uint16(1)]],
        ['MQTT 5, 3.1.2.11.4', 'Maximum Packet Size', [PROPERTY.maximumPacketSize, ...uint32(1)]],
        ['MQTT 5, 3.1.2.11.5', 'Topic Alias Maximum', [PROPERTY.topicAliasMaximum, ...uint16(0)]],
        ['MQTT 5, 3.1.2.11.6', 'Request Response Information', [PROPERTY.requestResponseInformation, 0]],
        ['MQTT 5, 3.1.2.11.7', 'Request Problem Information', [PROPERTY.requestProblemInformation, 0]],
        ['MQTT 5, 3.1.2.11.9', 'Authentication Method', [PROPERTY.authenticationMethod, ...text('a')]],
        ['MQTT 5, 3.1.2.11.10', 'Authentication Data', [PROPERTY.authenticationData, ...binary([])]],
      ] as const
    ).map(([clause, name, property]) => ({
      clause,
      name: `a second ${name}`,
      bytes: connect5(properties(property, property)),
      reasonCode: PROTOCOL_ERROR,
    })),
    {
      clause: 'MQTT 5, 3.1.2.11.10',
      name: 'Authentication Data without a method',
      bytes: connect5(properties([PROPERTY.authenticationData, ...binary([1])])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT 5, 2.2.2.2',
      name: 'a property of another packet',
      bytes: connect5(properties([PROPERTY.topicAlias, ...uint16(1)])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT 5, 2.2.2.2',
      name: 'a property of the will in CONNECT itself',
      bytes: connect5(properties([PROPERTY.willDelayInterval, ...uint32(1)])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT 5, 2.2.2.2',
      name: 'a property of CONNECT in the will',
      bytes: will5(properties([PROPERTY.receiveMaximum, ...uint16(1)])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT 5, 3.3.2.3.2',
      name: 'a Payload Format Indicator of the will that is neither 0 nor 1',
      bytes: will5(properties([PROPERTY.payloadFormatIndicator, 2])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT 5, 3.1.3.2.2',
      name: 'a Will Delay Interval given twice',
      bytes: will5(
        properties([PROPERTY.willDelayInterval, ...uint32(0)], [PROPERTY.willDelayInterval, ...uint32(0)]),
      ),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT-4.7.0-1',
      name: 'a will topic with a wildcard',
      bytes: will5(properties(), 'a/+'),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT-3.3.2-14',
      name: 'a response topic of the will with a wildcard',
      bytes: will5(properties([PROPERTY.responseTopic, ...text('#')])),
      reasonCode: PROTOCOL_ERROR,
    },
    {
      clause: 'MQTT-1.5.4-1',
      name: 'an authentication method that is no UTF-8',
      bytes: connect5(properties([PROPERTY.authenticationMethod, ...binary([0xc0, 0x80])])),
      reasonCode: MALFORMED,
    },
    {
      clause: 'MQTT-1.5.4-2',
      name: 'a user property with U+0000',
      bytes: connect5(properties([PROPERTY.userProperty, ...text('a'), ...text('\0')])),
      reasonCode: MALFORMED,
    },
  ].map((each) => ({ ...each, answerIn: 5 as const })),
);
