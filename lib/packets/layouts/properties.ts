import type { UserProperty } from '#session/message';
import { REASON_CODES } from '../reason-codes.ts';
import type { ByteReader } from './byte-reader.ts';
import { PROPERTIES, type Property, type PropertyPlace } from './property-table.ts';

const { malformedPacket, protocolError } = REASON_CODES;
const PROPERTIES_SECTION = 'MQTT 5, 2.2.2';

/**
 * Walks along the properties of one place (MQTT 5, 2.2.2) and refuses what must not stand there. Returns what
 * mqtt-packet loses: the user properties in their order, those of one name between others. [MQTT-3.3.2-18]
 */
export function walkProperties(reader: ByteReader, place: PropertyPlace): readonly UserProperty[] {
  const userProperties: UserProperty[] = [];
  const seen = new Set<Property>();
  const length = reader.variableByteInteger('the property length');
  const end = reader.position + length;
  if (length > reader.remaining) {
    const reason = `the properties have ${length} bytes, but only ${reader.remaining} follow`;
    reader.refuse(malformedPacket, reason, PROPERTIES_SECTION);
  }
  while (reader.refusal === undefined && reader.position < end) {
    const property = walkIdentifier(reader, place);
    if (property === undefined) break;
    if (property.type === 'pair') {
      const name = reader.string('the name of a user property');
      userProperties.push({ name, value: reader.string('the value of a user property') });
      continue;
    }
    if (seen.has(property)) {
      reader.refuse(protocolError, `${property.name} comes once, but came twice`, property.clause);
    }
    seen.add(property);
    walkValue(reader, property.type, property);
  }
  if (reader.refusal === undefined && reader.position > end) {
    const reason = `the properties have ${length} bytes, but the last of them goes on`;
    reader.refuse(malformedPacket, reason, PROPERTIES_SECTION);
  }
  return userProperties;
}

function walkIdentifier(reader: ByteReader, place: PropertyPlace): Property | undefined {
  const identifier = reader.variableByteInteger('a property identifier');
  const property = PROPERTIES[identifier];
  if (property?.places.includes(place)) return property;
  if (property?.serverOnly?.place === place) {
    const reason = `${property.name} is for servers to send, but it came in a client's ${place}`;
    reader.refuse(protocolError, reason, property.serverOnly.clause);
    return undefined;
  }
  const name = property?.name ?? `identifier ${identifier}`;
  const reason = `the property ${name} came in ${place}, where a client may not send it`;
  reader.refuse(malformedPacket, reason, `${PROPERTIES_SECTION}.2`);
  return undefined;
}

function walkValue(
  reader: ByteReader,
  type: Exclude<Property['type'], 'pair'>,
  { name, values, clause }: Property,
): void {
  const value = reader[type](name);
  if (values === undefined || typeof value !== 'number') return;
  if (value >= values.minimum && value <= values.maximum) return;
  const allowed = values.maximum === 1 ? '0 or 1' : 'not 0';
  reader.refuse(values.reasonCode, `${name} is ${allowed}, but ${value} came`, clause);
}
