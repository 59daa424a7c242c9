import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import type { RawClient, Version } from '../raw-client.ts';
import { server } from '../server.ts';
import { VERSIONS } from '../versions.ts';

const QOS = [0, 1, 2] as const;

async function fresh(version: Version, filter: string, qos: 0 | 1 | 2 = 2): Promise<RawClient> {
  const client = await server.connect(version, { clientId: unique('retained') });
  await client.subscribe({ topic: filter, qos });
  return client;
}

describe.concurrent.each(VERSIONS)('retained messages, %s', (_, version) => {
  test('[MQTT-3.3.1-5] [MQTT-3.3.1-9] [MQTT-3.3.1-5 v3.1.1] [MQTT-3.3.1-6 v3.1.1] [MQTT-3.3.1-8 v3.1.1] they are kept with their QoS, and sent to new subscribers with RETAIN 1', async () => {
    const prefix = unique('retained');
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    for (const qos of QOS) await publisher.publish(`${prefix}/${qos}`, `qos ${qos}`, { qos, retain: true });

    const client = await fresh(version, `${prefix}/+`);

    const messages = [await client.message(), await client.message(), await client.message()];
    const seen = messages.map(({ topic, payload, qos, retain, dup }) => ({
      topic,
      text: payload.toString(),
      qos,
      retain,
      dup,
    }));
    expect(seen.sort((one, other) => one.qos - other.qos)).toEqual(
      QOS.map((qos) => ({ topic: `${prefix}/${qos}`, text: `qos ${qos}`, qos, retain: true, dup: false })),
    );
    await expectNothingMore(client);
  });

  test('[MQTT-3.3.1-5] [MQTT-3.3.1-7 v3.1.1] the last one counts, at QoS 0 too', async () => {
    const topic = unique('retained/topic');
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    await publisher.publish(topic, 'first', { qos: 1, retain: true });
    await publisher.publish(topic, 'last', { qos: 0, retain: true });
    await publisher.settled();

    const client = await fresh(version, topic);

    expect(await client.message()).toMatchObject({ qos: 0, payload: Buffer.from('last') });
    await expectNothingMore(client);
  });

  test('[MQTT-3.3.1-6] [MQTT-3.3.1-7] [MQTT-3.3.1-10 v3.1.1] [MQTT-3.3.1-11 v3.1.1] an empty one takes it away, is sent to those who are there, and is not kept', async () => {
    const topic = unique('retained/topic');
    const here = await fresh(version, topic);
    await here.publish(topic, 'kept', { qos: 1, retain: true });
    await here.publish(topic, '', { qos: 1, retain: true });

    expect(await here.payloads(2)).toEqual(['kept', '']);
    await expectNothingMore(await fresh(version, topic));
  });

  test('[MQTT-3.3.1-8] [MQTT-3.3.1-12 v3.1.1] a message without RETAIN is not kept, and neither replaces nor removes one', async () => {
    const topic = unique('retained/topic');
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    await publisher.publish(topic, 'kept', { qos: 1, retain: true });
    await publisher.publish(topic, 'not kept', { qos: 1 });
    await publisher.publish(topic, '', { qos: 1 });
    await publisher.publish(`${topic}/other`, 'not kept', { qos: 2 });

    const client = await fresh(version, `${topic}/#`);

    expect(await client.payloads(1)).toEqual(['kept']);
    await expectNothingMore(client);
  });

  test('[MQTT-3.3.1-12] [MQTT-3.3.1-9 v3.1.1] to an established subscription RETAIN is 0', async () => {
    const topic = unique('retained/topic');
    const client = await fresh(version, topic);
    for (const qos of QOS) await client.publish(topic, `qos ${qos}`, { qos, retain: true });

    for (const _ of QOS) expect((await client.message()).retain).toBe(false);
  });

  test('[MQTT-3.8.4-8] [MQTT-3.8.4-6 v3.1.1] retained messages come with the QoS that was granted at most', async () => {
    const topic = unique('retained/topic');
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    await publisher.publish(topic, 'at QoS 2', { qos: 2, retain: true });

    for (const qos of QOS) expect((await (await fresh(version, topic, qos)).message()).qos).toBe(qos);
  });

  test('[MQTT-4.4.0-1] [MQTT-4.4.0-1 v3.1.1] a retained message that was not acknowledged is sent again as it was', async () => {
    const [clientId, topic] = [unique('retained'), unique('retained/topic')];
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    await publisher.publish(topic, 'retained', { qos: 1, retain: true });
    const lasts = version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {};
    const client = await server.connect(version, { clientId, clean: false, ...lasts });
    await client.subscribe(topic);
    const { messageId } = await client.next('publish');
    await client.disconnect();

    const again = await server.connect(version, { clientId, clean: false, ...lasts });

    expect(await again.message()).toMatchObject({ messageId, dup: true, retain: true });
    await expectNothingMore(again);
  });
});
