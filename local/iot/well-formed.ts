import type { IConnectPacket, Packet } from 'mqtt-packet';

/**
 * Finds what mqtt-packet lets pass: packet identifiers of 0, empty lists, properties that are cut off or come
 * twice. Undefined if a packet is well formed, otherwise what is wrong with it.
 */
export function malformation(packet: Packet): string | undefined {
  switch (packet.cmd) {
    case 'connect':
      return connectMalformation(packet);
    case 'publish':
      if (packet.qos > 0 && !isPacketId(packet.messageId)) return 'no packet identifier';
      break;
    case 'subscribe':
    case 'unsubscribe': {
      // [MQTT-2.2.1-3], [MQTT-3.8.3-2], [MQTT-3.10.3-2]
      if (!isPacketId(packet.messageId)) return 'no packet identifier';
      const filters = packet.cmd === 'subscribe' ? packet.subscriptions : packet.unsubscriptions;
      if (filters.length === 0) return 'no filter';
      break;
    }
    default:
  }
  return 'properties' in packet ? propertiesMalformation(packet.properties) : undefined;
}

function connectMalformation({ properties, will }: IConnectPacket): string | undefined {
  // MQTT 5, 3.1.2.11.3 and 3.1.2.11.4
  if (properties?.receiveMaximum === 0) return 'a Receive Maximum of 0';
  if (properties?.maximumPacketSize === 0) return 'a Maximum Packet Size of 0';
  return propertiesMalformation(properties) ?? propertiesMalformation(will?.properties);
}

function isPacketId(id: number | undefined): boolean {
  return id !== undefined && id > 0;
}

function propertiesMalformation(properties: object = {}): string | undefined {
  for (const [name, value] of Object.entries(properties)) {
    const values: unknown[] = name === 'userProperties' ? Object.values(value as object).flat() : [value];
    // A text that is cut off is read as null, a number as -1, and a property that comes twice as an array.
    if (values.some((each) => each === null || each === undefined || each === -1 || Array.isArray(each))) {
      return `the property ${name} is cut off, or comes twice`;
    }
  }
  return undefined;
}
