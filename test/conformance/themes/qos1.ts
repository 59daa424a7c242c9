import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lasting, VERSIONS } from '../versions.ts';

const REFUSED = 0x83;

describe.concurrent.each(VERSIONS)('QoS 0 and 1, %s', (_, version) => {
  test('[MQTT-4.3.1-1] [MQTT-3.3.1-2] [MQTT-4.3.1-1 v3.1.1] [MQTT-3.3.1-2 v3.1.1] QoS 0 is sent with DUP 0 and without a packet identifier', async () => {
    const topic = unique('qos0/topic');
    const client = await server.connect(version, { clientId: unique('qos0') });
    await client.subscribe(topic);

    client.sendPublish(topic, 'once');

    const publish = await client.next('publish');
    expect(publish).toMatchObject({ qos: 0, dup: false });
    expect(publish.messageId).toBeUndefined();
  });

  test('[MQTT-4.3.2-4] [MQTT-3.3.4-1] [MQTT-2.2.1-5] [MQTT-4.3.2-2 v3.1.1] [MQTT-3.3.4-1 v3.1.1] [MQTT-2.3.1-6 v3.1.1] PUBACK has the packet identifier of the message that was accepted', async () => {
    const topic = unique('qos1/topic');
    const [publisher, subscriber] = [
      await server.connect(version, { clientId: unique('qos1') }),
      await server.connect(version, { clientId: unique('qos1') }),
    ];
    await subscriber.subscribe(topic);

    publisher.sendPublish(topic, 'accepted', { qos: 1, messageId: 54_321 });

    expect((await publisher.next('puback')).messageId).toBe(54_321);
    expect(await subscriber.payloads(1)).toEqual(['accepted']);
  });

  test('[MQTT-4.3.2-5] [MQTT-4.3.2-2 v3.1.1] after PUBACK the same packet identifier is a new message, with DUP too', async () => {
    const topic = unique('qos1/topic');
    const client = await server.connect(version, { clientId: unique('qos1') });
    await client.subscribe(topic);

    await client.publish(topic, 'one', { qos: 1, messageId: 9 });
    await client.publish(topic, 'two', { qos: 1, messageId: 9 });
    await client.publish(topic, 'three', { qos: 1, messageId: 9, dup: true });

    expect(await client.payloads(3)).toEqual(['one', 'two', 'three']);
  });

  test('[MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-2.2.1-4] [MQTT-4.3.2-1 v3.1.1] [MQTT-2.3.1-4 v3.1.1] each new message is sent with DUP 0 and an identifier that is unused', async () => {
    const topic = unique('qos1/topic');
    const client = await server.connect(version, { clientId: unique('qos1') });
    await client.subscribe(topic);
    const sent = ['one', 'two', 'three', 'four'];
    for (const payload of sent) client.sendPublish(topic, payload, { qos: 1 });

    const publishes = [];
    for (const _ of sent) publishes.push(await client.next('publish'));

    expect(publishes.map(({ payload }) => payload.toString())).toEqual(sent);
    expect(publishes.map(({ dup, qos }) => ({ dup, qos }))).toEqual(sent.map(() => ({ dup: false, qos: 1 })));
    const identifiers = publishes.map(({ messageId }) => messageId);
    expect(new Set(identifiers).size).toBe(sent.length);
    expect(identifiers).not.toContain(0);
  });

  test('[MQTT-4.3.2-3] [MQTT-4.3.2-1 v3.1.1] a message is unacknowledged until PUBACK comes', async () => {
    const [clientId, topic] = [unique('qos1'), unique('qos1/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    await client.publish(topic, 'kept', { qos: 1 });
    await client.publish(topic, 'done', { qos: 1 });
    await client.next('publish');
    client.acknowledge('puback', await client.next('publish'));
    await client.settled();
    await client.disconnect();

    const again = await server.connect(version, { clientId, ...lasting(version) });

    expect(await again.payloads(1)).toEqual(['kept']);
    await expectNothingMore(again);
  });
});

describe.concurrent('QoS 1, MQTT 5', () => {
  test('[MQTT-4.4.0-2] PUBACK with a failure acknowledges the message: it is not sent again', async () => {
    const [clientId, topic] = [unique('qos1'), unique('qos1/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe(topic);
    await client.publish(topic, 'refused', { qos: 1 });
    client.acknowledge('puback', await client.next('publish'), REFUSED);
    await client.settled();
    await client.disconnect();

    await expectNothingMore(await server.connect(5, { clientId, ...lasting(5) }));
  });

  test('[MQTT-3.4.2-1] PUBACK says whether anybody has subscribed', async () => {
    const topic = unique('qos1/topic');
    const client = await server.connect(5, { clientId: unique('qos1') });
    client.sendPublish(topic, 'to nobody', { qos: 1 });
    const nobody = await client.next('puback');
    await client.subscribe(topic);
    client.sendPublish(topic, 'to somebody', { qos: 1 });
    const somebody = await client.next('puback');

    expect([nobody.reasonCode, somebody.reasonCode]).toEqual([0x10, 0]);
  });
});
