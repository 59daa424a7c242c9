import { describe, expect, test } from 'vitest';
import { FIRST, PROPERTY, packetOf, properties, text, uint16 } from '#test/packets/fixtures/bytes';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lasting } from '../versions.ts';

const PROPERTIES = {
  payloadFormatIndicator: true,
  contentType: 'text/plain; charset=utf-8 ü',
  responseTopic: 'answers/to/me',
  correlationData: Buffer.from([0, 255, 1, 254]),
  userProperties: { first: '1', second: ['2', '2', ''] },
};

describe.concurrent('properties of a message', () => {
  test.each([0, 1, 2] as const)(
    '[MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-20] they reach subscribers unaltered at QoS %i',
    async (qos) => {
      const topic = unique('properties/topic');
      const client = await server.connect(5, { clientId: unique('properties') });
      await client.subscribe(topic);

      await client.publish(topic, 'grüße', { qos, properties: PROPERTIES });

      expect((await client.message()).properties).toEqual(PROPERTIES);
    },
  );

  test('[MQTT-3.3.2-17] so they do when the message has waited, was retained, or is sent again', async () => {
    const [clientId, topic] = [unique('properties'), unique('properties/topic')];
    const away = await server.connect(5, { clientId, ...lasting(5) });
    await away.subscribe(topic);
    await away.disconnect();
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    await publisher.publish(topic, 'grüße', { qos: 1, retain: true, properties: PROPERTIES });

    const back = await server.connect(5, { clientId, ...lasting(5) });
    expect((await back.next('publish')).properties).toEqual(PROPERTIES);
    const again = await server.connect(5, { clientId, ...lasting(5) });
    expect(await again.message()).toMatchObject({ dup: true, properties: PROPERTIES });
    await publisher.subscribe(topic);
    expect(await publisher.message()).toMatchObject({ retain: true, properties: PROPERTIES });
  });

  test('[MQTT-3.3.2-18] user properties keep their order', async () => {
    const topic = unique('properties/topic');
    const client = await server.connect(5, { clientId: unique('properties') });
    await client.subscribe({ topic, qos: 0 });
    const pairs = [
      ['z', '1'],
      ['a', '2'],
      ['z', '3'],
      ['', ''],
      ['a', '4'],
    ] as const;
    const inOrder = pairs.flatMap(([name, value]) => [PROPERTY.userProperty, ...text(name), ...text(value)]);

    client.sendBytes(
      packetOf(FIRST.publish | 2, text(topic), uint16(9), properties(inOrder), text('payload')),
    );
    await client.next('publish');

    expect(client.bytes.includes(Buffer.from(inOrder))).toBe(true);
  });

  test('[MQTT-3.3.2-4] a message without properties gets none', async () => {
    const topic = unique('properties/topic');
    const client = await server.connect(5, { clientId: unique('properties') });
    await client.subscribe(topic);
    await client.publish(topic, '', { qos: 1 });

    const { payload, properties: none = {} } = await client.message();
    expect({ none, bytes: payload.length }).toEqual({ none: {}, bytes: 0 });
  });

  test('[MQTT-3.3.2-17] a client of 3.1.1 gets the message without them, one of 5 gets what 3.1.1 has published', async () => {
    const topic = unique('properties/topic');
    const [older, newer] = [
      await server.connect(4, { clientId: unique('older') }),
      await server.connect(5, { clientId: unique('newer') }),
    ];
    for (const each of [older, newer]) await each.subscribe(topic, each.version === 5 ? 5 : undefined);
    await newer.publish(topic, 'of 5', { qos: 2, properties: PROPERTIES });
    await older.publish(topic, 'of 3.1.1', { qos: 2 });

    expect(await older.payloads(2)).toEqual(['of 5', 'of 3.1.1']);
    const [first, second] = [await newer.message(), await newer.message()];
    expect(first.properties).toEqual({ ...PROPERTIES, subscriptionIdentifier: 5 });
    expect(second.properties).toEqual({ subscriptionIdentifier: 5 });
  });
});
