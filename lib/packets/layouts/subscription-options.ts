import { REASON_CODES } from '../reason-codes.ts';
import type { ByteReader } from './byte-reader.ts';

const RESERVED_BITS = { 4: 0b1111_1100, 5: 0b1100_0000 } as const;

/** The byte behind a topic filter: the QoS, in MQTT 5 also what becomes of the publisher's own and of retained messages. */
export function checkSubscriptionOptions(reader: ByteReader): void {
  const options = reader.byte('the subscription options');
  const { protocolVersion } = reader;
  if ((options & RESERVED_BITS[protocolVersion]) !== 0) {
    const reason = `the reserved bits of subscription options are 0, but ${options} came`;
    reader.refuse(REASON_CODES.malformedPacket, reason, { 4: 'MQTT-3.8.3-4', 5: 'MQTT-3.8.3-5' });
  }
  if ((options & 0b11) === 3) {
    const reason = 'a subscription has QoS 0, 1 or 2, but 3 came';
    reader.refuse(REASON_CODES.protocolError, reason, { 4: 'MQTT-3.8.3-4', 5: 'MQTT 5, 3.8.3.1' });
  }
  if (((options >> 4) & 0b11) === 3) {
    const reason = 'Retain Handling is 0, 1 or 2, but 3 came';
    reader.refuse(REASON_CODES.protocolError, reason, 'MQTT 5, 3.8.3.1');
  }
}
