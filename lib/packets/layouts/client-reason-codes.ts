import { REASON_CODES as CODES } from '../reason-codes.ts';
import type { AcknowledgementKind } from '../types.ts';
import type { ByteReader } from './byte-reader.ts';

const PUBLISH_CODES = [
  CODES.success,
  CODES.noMatchingSubscribers,
  CODES.unspecifiedError,
  CODES.implementationSpecificError,
  CODES.notAuthorized,
  CODES.topicNameInvalid,
  CODES.packetIdentifierInUse,
  CODES.quotaExceeded,
  CODES.payloadFormatInvalid,
];
const RELEASE_CODES = [CODES.success, CODES.packetIdentifierNotFound];

/** Which reason codes a client may give, and the statement that says so. */
const ALLOWED: Readonly<
  Record<AcknowledgementKind | 'disconnect', { codes: readonly number[]; clause: string }>
> = {
  puback: { codes: PUBLISH_CODES, clause: 'MQTT-3.4.2-1' },
  pubrec: { codes: PUBLISH_CODES, clause: 'MQTT-3.5.2-1' },
  pubrel: { codes: RELEASE_CODES, clause: 'MQTT-3.6.2-1' },
  pubcomp: { codes: RELEASE_CODES, clause: 'MQTT-3.7.2-1' },
  disconnect: {
    clause: 'MQTT-3.14.2-1',
    codes: [
      CODES.normalDisconnection,
      CODES.disconnectWithWillMessage,
      CODES.unspecifiedError,
      CODES.malformedPacket,
      CODES.protocolError,
      CODES.implementationSpecificError,
      CODES.topicNameInvalid,
      CODES.receiveMaximumExceeded,
      CODES.topicAliasInvalid,
      CODES.packetTooLarge,
      CODES.messageRateTooHigh,
      CODES.quotaExceeded,
      CODES.administrativeAction,
      CODES.payloadFormatInvalid,
    ],
  },
};

export function checkReasonCode(reader: ByteReader, kind: keyof typeof ALLOWED): void {
  const code = reader.byte('the reason code');
  const { codes, clause } = ALLOWED[kind];
  if (codes.includes(code)) return;
  const reason = `a client's ${kind} has no reason code ${code}; allowed: ${codes.join(', ')}`;
  reader.refuse(CODES.protocolError, reason, clause);
}
