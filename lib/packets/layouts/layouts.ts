import type { AcknowledgementKind, ClientPacket } from '../types.ts';
import type { ByteReader } from './byte-reader.ts';
import { checkReasonCode } from './client-reason-codes.ts';
import { walkConnect } from './connect-layout.ts';
import { walkProperties } from './properties.ts';
import type { PropertyPlace } from './property-table.ts';
import { checkSubscriptionOptions } from './subscription-options.ts';
import type { Walked } from './walked.ts';

const QOS_BITS = 0b0110;

type Layout = (reader: ByteReader, flags: number) => Walked;

/** Goes along a packet's bytes behind the fixed header, field by field, to the last one. */
export const LAYOUTS: Readonly<Record<ClientPacket['cmd'], Layout>> = {
  connect: walkConnect,
  publish: walkPublish,
  puback: (reader) => walkAcknowledgement(reader, 'puback'),
  pubrec: (reader) => walkAcknowledgement(reader, 'pubrec'),
  pubrel: (reader) => walkAcknowledgement(reader, 'pubrel'),
  pubcomp: (reader) => walkAcknowledgement(reader, 'pubcomp'),
  subscribe: walkSubscribe,
  unsubscribe: walkUnsubscribe,
  pingreq: () => ({}),
  disconnect: (reader) => walkReason(reader, 'disconnect'),
};

function walkPublish(reader: ByteReader, flags: number): Walked {
  reader.string('the topic name');
  // [MQTT-2.2.1-2] QoS 0 has none.
  if ((flags & QOS_BITS) !== 0) reader.uint16('the packet identifier');
  const walked = walkOwnProperties(reader, 'publish');
  reader.rest();
  return walked;
}

/** Reason code and properties may be left out at the end of a packet (MQTT 5, 3.4.2.1 and its like). */
function walkAcknowledgement(reader: ByteReader, kind: AcknowledgementKind): Walked {
  reader.uint16('the packet identifier');
  return walkReason(reader, kind);
}

function walkReason(reader: ByteReader, kind: AcknowledgementKind | 'disconnect'): Walked {
  if (reader.protocolVersion === 4 || reader.remaining === 0) return {};
  checkReasonCode(reader, kind);
  return reader.remaining === 0 ? {} : walkOwnProperties(reader, kind);
}

function walkSubscribe(reader: ByteReader): Walked {
  reader.uint16('the packet identifier');
  const walked = walkOwnProperties(reader, 'subscribe');
  while (reader.remaining > 0) {
    reader.string('a topic filter');
    checkSubscriptionOptions(reader);
  }
  return walked;
}

function walkUnsubscribe(reader: ByteReader): Walked {
  reader.uint16('the packet identifier');
  const walked = walkOwnProperties(reader, 'unsubscribe');
  while (reader.remaining > 0) reader.string('a topic filter');
  return walked;
}

function walkOwnProperties(reader: ByteReader, place: PropertyPlace): Walked {
  if (reader.protocolVersion === 4) return {};
  return { userProperties: walkProperties(reader, place) };
}
