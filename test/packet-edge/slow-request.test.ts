import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { useTables } from '#test/store/dynamodb/started-tables';
import { PacketClient, type Stamped } from './clients/packet-client.ts';
import { packetEdge } from './dependencies.ts';

const tables = useTables();

const publish = (topic: string, payload: string, qos: 0 | 1 | 2, messageId: number): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos,
  dup: false,
  retain: false,
  ...(qos > 0 && { messageId }),
});

const payloads = (packets: readonly Packet[]) =>
  packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []));

describe.each([0, 1, 2] as const)('messages that waited long in their carrier, QoS %i', (qos) => {
  async function subscribed(topic: string) {
    const edge = packetEdge(tables());
    const subscriber = new PacketClient(edge);
    await subscriber.connect(Date.now() - 9_000);
    const subscriptions = [{ topic, qos: 2 as const }];
    await subscriber.exchange([
      { atMs: Date.now() - 8_000, packet: { cmd: 'subscribe', messageId: 1, subscriptions } },
    ]);
    const publisher = new PacketClient(edge);
    await publisher.connect(Date.now() - 9_000);
    const messages = (...agesMs: readonly number[]): Stamped[] =>
      agesMs.map((ageMs, index) => ({
        atMs: Date.now() - ageMs,
        packet: publish(topic, `${ageMs}`, qos, index + 1),
      }));
    return { subscriber, publisher, messages };
  }

  it('[MQTT-4.6.0-5] keep their order, though only the first are too old for their receive times', async () => {
    const { subscriber, publisher, messages } = await subscribed(`slow/request/${qos}`);

    await publisher.exchange(messages(3_600, 3_500, 1_000, 900, 0));

    expect(payloads(await subscriber.exchange([], {}))).toEqual(['3600', '3500', '1000', '900', '0']);
  });

  it('[MQTT-4.6.0-5] keep it across requests', async () => {
    const { subscriber, publisher, messages } = await subscribed(`slow/requests/${qos}`);

    await publisher.exchange(messages(3_600));
    await publisher.exchange(
      messages(1_000).map(({ atMs, packet }) => ({
        atMs,
        packet: { ...packet, ...(qos > 0 && { messageId: 9 }) } as Packet,
      })),
    );

    expect(payloads(await subscriber.exchange([], {}))).toEqual(['3600', '1000']);
  });
});
