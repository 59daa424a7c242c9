/* Control packets written by hand, field by field, the right ones and the wrong ones. */

type Part = number | readonly number[];

export const uint16 = (value: number): number[] => [value >> 8, value & 0xff];

export const uint32 = (value: number): number[] => [...uint16(value >>> 16), ...uint16(value & 0xffff)];

export const binary = (bytes: readonly number[] | Uint8Array): number[] => [
  ...uint16(bytes.length),
  ...bytes,
];

export const text = (value: string): number[] => binary(Buffer.from(value));

export function variableByteInteger(value: number): number[] {
  const low = value % 0x80;
  return value < 0x80 ? [low] : [low | 0x80, ...variableByteInteger(Math.floor(value / 0x80))];
}

/** Properties with their length before them. */
export function properties(...parts: readonly Part[]): number[] {
  const bytes = parts.flat();
  return [...variableByteInteger(bytes.length), ...bytes];
}

/** A whole packet: its first byte, the remaining length, the rest. */
export function packetOf(first: number, ...parts: readonly Part[]): Uint8Array {
  const bytes = parts.flat();
  return Uint8Array.from([first, ...variableByteInteger(bytes.length), ...bytes]);
}

/** First bytes of the packets of a client, their flags included. */
export const FIRST = {
  connect: 0x10,
  publish: 0x30,
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
  subscribe: 0x82,
  unsubscribe: 0xa2,
  pingreq: 0xc0,
  disconnect: 0xe0,
  auth: 0xf0,
} as const;

/** Property identifiers (MQTT 5, table 2-4). */
export const PROPERTY = {
  payloadFormatIndicator: 1,
  messageExpiryInterval: 2,
  contentType: 3,
  responseTopic: 8,
  correlationData: 9,
  subscriptionIdentifier: 11,
  sessionExpiryInterval: 17,
  authenticationMethod: 21,
  authenticationData: 22,
  requestProblemInformation: 23,
  willDelayInterval: 24,
  requestResponseInformation: 25,
  serverReference: 28,
  reasonString: 31,
  receiveMaximum: 33,
  topicAliasMaximum: 34,
  topicAlias: 35,
  maximumQoS: 36,
  userProperty: 38,
  maximumPacketSize: 39,
} as const;
