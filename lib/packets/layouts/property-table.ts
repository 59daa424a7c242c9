import { REASON_CODES } from '../reason-codes.ts';

/** Where properties stand. A will has its own, inside CONNECT. */
export type PropertyPlace =
  | 'connect'
  | 'will'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'unsubscribe'
  | 'disconnect';

export interface Property {
  /** The name in the specification. */
  readonly name: string;
  /** As `ByteReader` reads it; a pair is two strings. */
  readonly type: 'byte' | 'uint16' | 'uint32' | 'variableByteInteger' | 'string' | 'binary' | 'pair';
  readonly places: readonly PropertyPlace[];
  /** Where only a server may put it, and what says so. */
  readonly serverOnly?: { readonly place: PropertyPlace; readonly clause: string };
  /** The statement or section that allows it once, and with which values. */
  readonly clause: string;
  /** Absent: all values of the type. */
  readonly values?: { readonly minimum: number; readonly maximum: number; readonly reasonCode: number };
}

const { protocolError, topicAliasInvalid } = REASON_CODES;
const BOOLEAN = { minimum: 0, maximum: 1, reasonCode: protocolError };
const NOT_ZERO = { minimum: 1, maximum: Number.POSITIVE_INFINITY, reasonCode: protocolError };

const MESSAGE: readonly PropertyPlace[] = ['publish', 'will'];
const ACKNOWLEDGEMENTS: readonly PropertyPlace[] = ['puback', 'pubrec', 'pubrel', 'pubcomp'];

/** Properties that a client may send, by identifier (MQTT 5, table 2-4). */
export const PROPERTIES: Readonly<Record<number, Property>> = {
  1: {
    name: 'Payload Format Indicator',
    type: 'byte',
    places: MESSAGE,
    clause: 'MQTT 5, 3.3.2.3.2',
    values: BOOLEAN,
  },
  2: { name: 'Message Expiry Interval', type: 'uint32', places: MESSAGE, clause: 'MQTT 5, 3.3.2.3.3' },
  3: { name: 'Content Type', type: 'string', places: MESSAGE, clause: 'MQTT 5, 3.3.2.3.9' },
  8: { name: 'Response Topic', type: 'string', places: MESSAGE, clause: 'MQTT 5, 3.3.2.3.5' },
  9: { name: 'Correlation Data', type: 'binary', places: MESSAGE, clause: 'MQTT 5, 3.3.2.3.6' },
  11: {
    name: 'Subscription Identifier',
    type: 'variableByteInteger',
    places: ['subscribe'],
    serverOnly: { place: 'publish', clause: 'MQTT-3.3.4-6' },
    clause: 'MQTT 5, 3.8.2.1.2',
    values: NOT_ZERO,
  },
  17: {
    name: 'Session Expiry Interval',
    type: 'uint32',
    places: ['connect', 'disconnect'],
    clause: 'MQTT 5, 3.1.2.11.2',
  },
  21: { name: 'Authentication Method', type: 'string', places: ['connect'], clause: 'MQTT 5, 3.1.2.11.9' },
  22: { name: 'Authentication Data', type: 'binary', places: ['connect'], clause: 'MQTT 5, 3.1.2.11.10' },
  23: {
    name: 'Request Problem Information',
    type: 'byte',
    places: ['connect'],
    clause: 'MQTT 5, 3.1.2.11.7',
    values: BOOLEAN,
  },
  24: { name: 'Will Delay Interval', type: 'uint32', places: ['will'], clause: 'MQTT 5, 3.1.3.2.2' },
  25: {
    name: 'Request Response Information',
    type: 'byte',
    places: ['connect'],
    clause: 'MQTT 5, 3.1.2.11.6',
    values: BOOLEAN,
  },
  28: {
    name: 'Server Reference',
    type: 'string',
    places: [],
    serverOnly: { place: 'disconnect', clause: 'MQTT 5, 3.14.2.2.5' },
    clause: 'MQTT 5, 3.14.2.2.5',
  },
  31: {
    name: 'Reason String',
    type: 'string',
    places: [...ACKNOWLEDGEMENTS, 'disconnect'],
    clause: 'MQTT 5, 3.4.2.2.2',
  },
  33: {
    name: 'Receive Maximum',
    type: 'uint16',
    places: ['connect'],
    clause: 'MQTT 5, 3.1.2.11.3',
    values: NOT_ZERO,
  },
  34: { name: 'Topic Alias Maximum', type: 'uint16', places: ['connect'], clause: 'MQTT 5, 3.1.2.11.5' },
  35: {
    name: 'Topic Alias',
    type: 'uint16',
    places: ['publish'],
    clause: 'MQTT-3.3.2-8',
    values: { ...NOT_ZERO, reasonCode: topicAliasInvalid },
  },
  38: {
    name: 'User Property',
    type: 'pair',
    places: ['connect', ...MESSAGE, ...ACKNOWLEDGEMENTS, 'subscribe', 'unsubscribe', 'disconnect'],
    clause: 'MQTT-1.5.7-1',
  },
  39: {
    name: 'Maximum Packet Size',
    type: 'uint32',
    places: ['connect'],
    clause: 'MQTT 5, 3.1.2.11.4',
    values: NOT_ZERO,
  },
};
