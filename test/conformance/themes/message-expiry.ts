import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { passed } from '../session-state.ts';
import { lasting } from '../versions.ts';

const expiring = (messageExpiryInterval: number, qos: 0 | 1 | 2 = 1) => ({
  qos,
  properties: { messageExpiryInterval },
});

async function away(topic: string) {
  const clientId = unique('expiring');
  const client = await server.connect(5, { clientId, ...lasting(5) });
  await client.subscribe(topic);
  await client.disconnect();
  return () => server.connect(5, { clientId, ...lasting(5) });
}

describe.concurrent('Message Expiry Interval', () => {
  test('[MQTT-3.3.2-5] a message that has expired is not sent, and counted as lost', async () => {
    const topic = unique('expiring/topic');
    const comeBack = await away(topic);
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    for (const qos of [1, 2] as const) await publisher.publish(topic, 'short', expiring(1, qos));
    await publisher.publish(topic, 'long', expiring(60));
    await passed(Date.now() + 1_100);

    const client = await comeBack();

    expect(await client.payloads(1)).toEqual(['long']);
    await expectNothingMore(client);
    expect((await server.edge.sessions.get(client.clientId))?.drops).toEqual({ expired: 2 });
  });

  test('[MQTT-3.3.2-5] a client that has no room sees expired what waited for it too long', async () => {
    const topic = unique('expiring/topic');
    const client = await server.connect(5, {
      clientId: unique('expiring'),
      properties: { receiveMaximum: 1 },
    });
    await client.subscribe(topic);
    await client.publish(topic, 'first', { qos: 1 });
    await client.publish(topic, 'short', expiring(1));
    await client.publish(topic, 'last', { qos: 1 });
    const first = await client.next('publish');
    await passed(Date.now() + 1_100);

    client.acknowledge('puback', first);

    expect(await client.payloads(1)).toEqual(['last']);
  });

  test('[MQTT-3.3.2-5] at QoS 1 it is not sent again once it has expired, and counted as lost', async () => {
    const [clientId, topic] = [unique('expiring'), unique('expiring/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe(topic);
    await client.publish(topic, 'short', expiring(3));
    await client.next('publish');
    await client.disconnect();
    await passed(Date.now() + 3_000);

    const again = await server.connect(5, { clientId, ...lasting(5) });

    await expectNothingMore(again);
    expect((await server.edge.sessions.get(clientId))?.drops).toEqual({ expired: 1 });
  });

  test('[MQTT-3.3.2-6] it is forwarded less the time that the message has waited', async () => {
    const topic = unique('expiring/topic');
    const comeBack = await away(topic);
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    await publisher.publish(topic, 'waits', expiring(100));
    const publishedAtMs = Date.now();
    await passed(publishedAtMs + 2_000);

    const client = await comeBack();

    const waitedSeconds = (Date.now() - publishedAtMs) / 1_000;
    const { properties } = await client.message();
    expect(properties?.messageExpiryInterval).toBeLessThanOrEqual(98);
    expect(properties?.messageExpiryInterval).toBeGreaterThanOrEqual(98 - waitedSeconds);
  });

  test('[MQTT-3.3.2-6] a message that has not waited has its whole interval; one without has none', async () => {
    const topic = unique('expiring/topic');
    const client = await server.connect(5, { clientId: unique('expiring') });
    await client.subscribe(topic);
    for (const qos of [0, 1] as const) await client.publish(topic, 'now', expiring(1_000, qos));
    await client.publish(topic, 'no interval');

    const intervals = [await client.message(), await client.message(), await client.message()].map(
      ({ properties }) => properties?.messageExpiryInterval,
    );
    for (const interval of intervals.slice(0, 2)) expect(interval).toBeGreaterThan(980);
    expect(intervals[2]).toBeUndefined();
  });

  test('[MQTT-3.3.2-5] [MQTT-3.3.2-6] so it is with retained messages', async () => {
    const prefix = unique('expiring');
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    for (const qos of [0, 1] as const) {
      await publisher.publish(`${prefix}/short/${qos}`, 'short', { ...expiring(1, qos), retain: true });
      await publisher.publish(`${prefix}/long/${qos}`, 'long', { ...expiring(100, qos), retain: true });
    }
    await passed(Date.now() + 1_100);

    const client = await server.connect(5, { clientId: unique('expiring') });
    await client.subscribe(`${prefix}/#`);

    for (const _ of [0, 1]) {
      const { payload, properties } = await client.message();
      expect(payload.toString()).toBe('long');
      expect(properties?.messageExpiryInterval).toBeLessThanOrEqual(99);
    }
    await expectNothingMore(client);
  });
});
