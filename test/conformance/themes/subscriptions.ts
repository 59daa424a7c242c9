import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lasting, VERSIONS } from '../versions.ts';

const QOS = [0, 1, 2] as const;

describe.concurrent.each(VERSIONS)('subscriptions, %s', (_, version) => {
  const grantedOf = ({ granted }: { readonly granted: readonly (number | object)[] }) => granted;

  test('[MQTT-3.8.4-1] [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] [MQTT-3.9.3-2] [MQTT-3.8.4-1 v3.1.1] [MQTT-3.8.4-4 v3.1.1] [MQTT-3.8.4-5 v3.1.1] [MQTT-3.9.3-1 v3.1.1] [MQTT-3.9.3-2 v3.1.1] one SUBACK says what each filter was granted, in their order', async () => {
    const prefix = unique('subscriptions');
    const client = await server.connect(version, { clientId: unique('subscriber') });

    const suback = await client.subscribe([
      { topic: `${prefix}/two`, qos: 2 },
      { topic: `${prefix}/${'x'.repeat(1_000)}`, qos: 1 },
      { topic: `${prefix}/one/#`, qos: 1 },
      { topic: `${prefix}/zero/+`, qos: 0 },
      { topic: `${prefix}${'/'.repeat(600)}`, qos: 1 },
    ]);

    const refused = version === 5 ? 0x8f : 0x80;
    expect(grantedOf(suback)).toEqual([2, refused, 1, 0, refused]);
    for (const topic of ['two', 'one/a/b', 'zero/a'])
      await client.publish(`${prefix}/${topic}`, topic, { qos: 1 });
    expect(await client.payloads(3)).toEqual(['two', 'one/a/b', 'zero/a']);
  });

  test('[MQTT-3.8.4-8] [MQTT-3.8.4-6 v3.1.1] the QoS of a message is the lower of what it was published with and what was granted', async () => {
    const prefix = unique('subscriptions');
    const client = await server.connect(version, { clientId: unique('subscriber') });
    await client.subscribe(QOS.map((qos) => ({ topic: `${prefix}/${qos}`, qos })));
    for (const granted of QOS)
      for (const qos of QOS) await client.publish(`${prefix}/${granted}`, `${granted} ${qos}`, { qos });

    for (const _ of Array.from({ length: 9 })) {
      const { payload, qos } = await client.message();
      const [granted = 0, published = 0] = payload.toString().split(' ').map(Number);
      expect({ payload: payload.toString(), qos }).toEqual({
        payload: payload.toString(),
        qos: Math.min(granted, published),
      });
    }
  });

  test('[MQTT-3.8.4-3] [MQTT-3.8.4-3 v3.1.1] the same filter replaces the subscription: one copy, with the new QoS', async () => {
    const topic = unique('subscriptions/topic');
    const client = await server.connect(version, { clientId: unique('subscriber') });
    await client.subscribe({ topic, qos: 2 });
    await client.subscribe({ topic, qos: 0 });

    await client.publish(topic, 'once', { qos: 2 });

    expect(await client.next('publish')).toMatchObject({ qos: 0, payload: Buffer.from('once') });
    await expectNothingMore(client);
  });

  test('[MQTT-3.8.4-4] [MQTT-3.8.4-3 v3.1.1] replacing a subscription loses no message, and sends retained ones again', async () => {
    const topic = unique('subscriptions/topic');
    const client = await server.connect(version, { clientId: unique('subscriber') });
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    await publisher.publish(topic, 'retained', { qos: 1, retain: true });
    await client.subscribe(topic);
    expect(await client.message()).toMatchObject({ retain: true });
    const sent = Array.from({ length: 10 }, (_, index) => String(index));

    const publishing = (async () => {
      for (const number of sent) await publisher.publish(topic, number, { qos: 1 });
    })();
    for (const qos of [1, 2, 1] as const) await client.subscribe({ topic, qos });
    await publishing;

    const live: string[] = [];
    let retained = 0;
    while (live.length < sent.length || retained < 3) {
      const { payload, retain } = await client.message();
      if (retain) retained += 1;
      else live.push(payload.toString());
    }
    expect(live).toEqual(sent);
    expect(retained).toBe(3);
  });

  test('[MQTT-3.3.4-2] [MQTT-3.3.5-1 v3.1.1] overlapping subscriptions: the highest QoS of them all counts', async () => {
    const prefix = unique('subscriptions');
    const client = await server.connect(version, { clientId: unique('subscriber') });
    await client.subscribe([
      { topic: `${prefix}/#`, qos: 0 },
      { topic: `${prefix}/+`, qos: 2 },
      { topic: `${prefix}/a`, qos: 1 },
    ]);

    await client.publish(`${prefix}/a`, 'once', { qos: 2 });

    expect(await client.message()).toMatchObject({ qos: 2, payload: Buffer.from('once') });
    await expectNothingMore(client);
  });

  test('[MQTT-4.5.0-1] [MQTT-4.5.0-1 v3.1.1] what follows SUBSCRIBE at once is for it, what came before is not', async () => {
    const topic = unique('subscriptions/topic');
    const client = await server.connect(version, { clientId: unique('subscriber') });
    const base = { cmd: 'publish', topic, qos: 1, dup: false, retain: false } as const;

    client.send(
      { ...base, messageId: 1, payload: 'before' },
      { cmd: 'subscribe', messageId: 2, subscriptions: [{ topic, qos: 1 }] },
      { ...base, messageId: 3, payload: 'after' },
    );

    expect(await client.payloads(1)).toEqual(['after']);
    await expectNothingMore(client);
  });

  test('[MQTT-3.1.2-5] [MQTT-3.1.2-4 v3.1.1] subscriptions are part of the session', async () => {
    const [clientId, prefix] = [unique('subscriber'), unique('subscriptions')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe([
      { topic: `${prefix}/one`, qos: 1 },
      { topic: `${prefix}/two`, qos: 2 },
    ]);
    await client.disconnect();

    const again = await server.connect(version, { clientId, ...lasting(version) });
    await again.publish(`${prefix}/one`, 'one', { qos: 2 });
    await again.publish(`${prefix}/two`, 'two', { qos: 2 });

    expect([await again.message(), await again.message()].map(({ qos }) => qos)).toEqual([1, 2]);
  });
});
