import { randomUUID } from 'node:crypto';
import { generate, type Packet, parser } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { handlePackets } from '#packet-edge/handle-packets';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { packetEdge } from './dependencies.ts';

it.each([
  { protocolVersion: 5, refused: 0x97 },
  { protocolVersion: 4, refused: 0x80 },
] as const)(
  'a filter that would add one shape too many is refused with $refused in version $protocolVersion, and nothing is kept of it',
  async ({ protocolVersion, refused }) => {
    const edge = packetEdge(memoryTables(), { settings: { maximumShapes: 2 } });
    const clientId = randomUUID();
    const filters = ['a/+', 'b/+/c', '+/+/+', '$share/group/+/+/+/+', 'd/+', '$share/group/e/+'];
    const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
    const packets: readonly Packet[] = [
      { cmd: 'connect', protocolId: 'MQTT', protocolVersion, clientId, clean: true, keepalive: 60 },
      { cmd: 'subscribe', messageId: 1, subscriptions: subscriptions.slice(0, 1) },
      { cmd: 'subscribe', messageId: 2, subscriptions: subscriptions.slice(1, 2) },
      { cmd: 'subscribe', messageId: 3, subscriptions: subscriptions.slice(2) },
    ];
    const answer = await handlePackets(
      {
        connection: { id: randomUUID(), carrier: { kind: 'listener', address: 'here' } },
        packets: packets.map((packet, index) => ({
          data: generate(packet, { protocolVersion }).toString('base64'),
          receivedAtMs: 1_795_000_000_000 + index,
        })),
      },
      edge,
    );
    const granted: unknown[] = [];
    const incoming = parser({ protocolVersion });
    incoming.on('packet', (packet) => packet.cmd === 'suback' && granted.push(packet.granted));
    for (const packet of answer.packets) incoming.parse(Buffer.from(packet, 'base64'));
    expect(granted).toEqual([[1], [1], [refused, refused, 1, 1]]);
    const kept = (await edge.subscriptions.list(clientId)).map(({ filter }) => filter).sort();
    expect(kept).toEqual(['$share/group/e/+', 'a/+', 'b/+/c', 'd/+']);
    expect(await edge.routes.find(['+/+/+', '+/+/+/+'])).toEqual([]);
  },
);
