import { describe, expect, test } from 'vitest';
import { MAXIMUM_PACKET_BYTES } from '#packet-edge/limits';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lasting } from '../versions.ts';

const PACKET_TOO_LARGE = 0x95;

const small = (clientId: string, maximumPacketSize: number) => ({
  clientId,
  clean: false,
  properties: { maximumPacketSize, sessionExpiryInterval: 3_600 },
});

describe.concurrent('Maximum Packet Size of the client', () => {
  test('[MQTT-3.1.2-24] [MQTT-3.1.2-25] what is too large is not sent, counted as lost, and all else goes on', async () => {
    const topic = unique('size/topic');
    const client = await server.connect(5, small(unique('size'), 64));
    await client.subscribe(topic);
    for (const qos of [0, 1, 2] as const) {
      await client.publish(topic, 'x'.repeat(64), { qos });
      await client.publish(topic, `fits ${qos}`, { qos });
    }

    expect(await client.payloads(3)).toEqual(['fits 0', 'fits 1', 'fits 2']);
    await expectNothingMore(client);
    expect((await server.edge.sessions.get(client.clientId))?.drops).toEqual({ tooLarge: 3 });
  });

  test('[MQTT-3.1.2-24] a packet of exactly that size is sent', async () => {
    const topic = unique('size/topic');
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    const measure = await server.connect(5, { clientId: unique('size') });
    await measure.subscribe({ topic, qos: 1 });
    await publisher.publish(topic, 'x'.repeat(80), { qos: 1 });
    const { length = 0 } = await measure.message();
    const bytes = length + 2;

    for (const [maximum, expected] of [
      [bytes, 'x'.repeat(80)],
      [bytes - 1, 'short'],
    ] as const) {
      const client = await server.connect(5, small(unique('size'), maximum));
      await client.subscribe({ topic, qos: 1 });
      await publisher.publish(topic, 'x'.repeat(80), { qos: 1 });
      await publisher.publish(topic, 'short', { qos: 1 });
      expect((await client.message()).payload.toString()).toBe(expected);
    }
  });

  test('[MQTT-3.1.2-25] what was under way and is too large for the client now is let go', async () => {
    const [clientId, topic] = [unique('size'), unique('size/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe(topic);
    for (const qos of [1, 2] as const) await client.publish(topic, 'x'.repeat(100), { qos });
    for (const _ of [1, 2]) await client.next('publish');
    await client.disconnect();

    const again = await server.connect(5, small(clientId, 80));

    await expectNothingMore(again);
    expect((await server.edge.sessions.get(clientId))?.drops).toEqual({ tooLarge: 2 });
  });

  test('[MQTT-3.1.2-25] a retained message that is too large is not sent', async () => {
    const prefix = unique('size');
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    for (const qos of [0, 1] as const) {
      await publisher.publish(`${prefix}/large/${qos}`, 'x'.repeat(64), { qos, retain: true });
      await publisher.publish(`${prefix}/fits/${qos}`, 'fits', { qos, retain: true });
    }
    const client = await server.connect(5, small(unique('size'), 64));
    await client.subscribe(`${prefix}/#`);

    expect(await client.payloads(2)).toEqual(['fits', 'fits']);
    await expectNothingMore(client);
  });

  test('[MQTT-3.1.2-24] [MQTT-3.14.2-3] a farewell is within it: without its reason string if it must be', async () => {
    for (const [maximum, hasReason] of [
      [1_000, true],
      [20, false],
    ] as const) {
      const client = await server.connect(5, small(unique('size'), maximum));
      client.sendPublish('', 'of no topic', { properties: { topicAlias: 9 } });
      const { reasonCode, properties } = await client.next('disconnect');
      expect({ reasonCode, hasReason: properties?.reasonString !== undefined }).toEqual({
        reasonCode: 0x82,
        hasReason,
      });
    }
  });

  test('[MQTT-3.1.2-24] [MQTT-3.2.2-19] nor is a CONNACK: a refusal leaves its reason out, an acceptance that cannot be told ends the connection', async () => {
    for (const [maximum, hasReason] of [
      [1_000, true],
      [10, false],
    ] as const) {
      const client = server.open(5);
      client.sendConnect(small('x'.repeat(1_001), maximum));
      const { reasonCode, properties } = await client.next('connack');
      expect({ reasonCode, hasReason: properties?.reasonString !== undefined }).toEqual({
        reasonCode: 0x85,
        hasReason,
      });
    }

    const client = server.open(5);
    client.sendConnect(small(unique('size'), 10));
    await client.ended();
    expect(client.bytes).toHaveLength(0);
  });
});

describe.concurrent('Maximum Packet Size of the server', () => {
  test('[MQTT-3.2.2-15] it is told in CONNACK, a packet of that size is taken, and a larger one ends the connection', async () => {
    const client = await server.connect(5, { clientId: unique('size') });
    expect(client.connack?.properties?.maximumPacketSize).toBe(MAXIMUM_PACKET_BYTES);
    const topic = unique('size/topic');
    const overhead = client.bytesOf(largest(topic, MAXIMUM_PACKET_BYTES)).byteLength - MAXIMUM_PACKET_BYTES;
    client.send(largest(topic, MAXIMUM_PACKET_BYTES - overhead));
    await client.next('puback', 1);

    client.send(largest(topic, MAXIMUM_PACKET_BYTES - overhead + 1));

    expect((await client.next('disconnect')).reasonCode).toBe(PACKET_TOO_LARGE);
    await client.ended();
  });
});

function largest(topic: string, payloadBytes: number) {
  const payload = Buffer.alloc(payloadBytes);
  return { cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId: 1 } as const;
}
