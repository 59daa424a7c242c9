import { ByteReader } from '../layouts/byte-reader.ts';
import { REASON_CODES } from '../reason-codes.ts';
import type { Refusal } from '../refusal.ts';
import type { ProtocolVersion } from '../types.ts';

/** What a CONNECT says of its version. `answerIn`: the form of CONNACK that its sender understands, if any. */
export type OfferedVersion =
  | { readonly supported: true; readonly protocolVersion: ProtocolVersion }
  | { readonly supported: false; readonly refusal: Refusal; readonly answerIn?: ProtocolVersion };

/** Bridges of mosquitto and others set it to say that they are no plain client. */
const BRIDGE_BIT = 0x80;

/**
 * Protocol name and version stand at the same place in every version, and what follows depends on them.
 *
 * @param position behind the fixed header
 */
export function offeredVersion(connect: Uint8Array, position: number): OfferedVersion {
  const reader = new ByteReader(connect, position, 4);
  const name = reader.string('the protocol name');
  const version = reader.byte('the protocol version');
  if (reader.refusal !== undefined) return { supported: false, refusal: reader.refusal };
  if (name === 'MQTT' && (version === 4 || version === 5))
    return { supported: true, protocolVersion: version };
  if (name === 'MQTT' || (name === 'MQIsdp' && (version & ~BRIDGE_BIT) === 3)) {
    const reason = `protocol versions 4 (3.1.1) and 5 are served, but ${version} came`;
    return {
      supported: false,
      refusal: { reasonCode: REASON_CODES.unsupportedProtocolVersion, reason, clause: 'MQTT-3.1.2-2' },
      answerIn: (version & ~BRIDGE_BIT) < 5 ? 4 : 5,
    };
  }
  const reason = 'the protocol name is MQTT, but another came';
  return {
    supported: false,
    refusal: { reasonCode: REASON_CODES.unsupportedProtocolVersion, reason, clause: 'MQTT-3.1.2-1' },
  };
}
