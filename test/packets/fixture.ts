import type { ProtocolVersion } from '#packets/types';
import { PROPERTY, text } from './bytes.ts';

/** The same packet twice: as bytes and as the product speaks of it. */
export interface Fixture<Packet> {
  readonly name: string;
  readonly protocolVersion: ProtocolVersion;
  readonly bytes: Uint8Array;
  readonly packet: Packet;
}

export const userProperty = (name: string, value: string) => [
  PROPERTY.userProperty,
  ...text(name),
  ...text(value),
];

/** Two of one name with another between them, whose order must not be lost. */
export const userProperties = [
  { name: 'a', value: '1' },
  { name: 'b', value: '2' },
  { name: 'a', value: '3' },
];

export const USER_PROPERTIES = userProperties.flatMap(({ name, value }) => userProperty(name, value));
