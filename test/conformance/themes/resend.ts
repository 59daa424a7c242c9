import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lose } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

describe.concurrent.each(VERSIONS)('resend, %s', (_, version) => {
  test('[MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.4.0-1 v3.1.1] [MQTT-3.3.1-1 v3.1.1] [MQTT-4.6.0-1 v3.1.1] PUBLISH and PUBREL come again with their identifiers, in the original order, PUBLISH with DUP', async () => {
    const [clientId, topic] = [unique('resend'), unique('resend/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    client.sendPublish(topic, 'one', { qos: 1 });
    client.sendPublish(topic, 'two', { qos: 2 });
    client.sendPublish(topic, 'three', { qos: 2 });
    client.sendPublish(topic, 'four', { qos: 1 });
    const first = [];
    for (const _ of [1, 2, 3, 4]) first.push(await client.next('publish'));
    client.acknowledge('pubrec', first[1] as (typeof first)[number]);
    await client.next('pubrel');
    await lose(client);

    const again = await server.connect(version, { clientId, ...lasting(version) });
    await again.settled();

    const identifiers = first.map(({ messageId }) => messageId);
    const resent = again.received.filter(({ cmd }) => cmd === 'publish' || cmd === 'pubrel');
    expect(resent.map(({ cmd, messageId }) => `${cmd} ${messageId}`)).toEqual([
      `publish ${identifiers[0]}`,
      `pubrel ${identifiers[1]}`,
      `publish ${identifiers[2]}`,
      `publish ${identifiers[3]}`,
    ]);
    for (const packet of resent) if (packet.cmd === 'publish') expect(packet.dup).toBe(true);
  });

  test('[MQTT-4.4.0-1] [MQTT-4.4.0-1 v3.1.1] it comes again as often as the client returns without an acknowledgement', async () => {
    const [clientId, topic] = [unique('resend'), unique('resend/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    await client.publish(topic, 'patient', { qos: 1 });
    const { messageId } = await client.next('publish');
    let current = client;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await lose(current);
      current = await server.connect(version, { clientId, ...lasting(version) });
      expect(await current.next('publish')).toMatchObject({ messageId, dup: true });
    }
  });

  test('[MQTT-3.3.1-3] [MQTT-3.3.1-3 v3.1.1] DUP of what the publisher sends again is not handed on', async () => {
    const topic = unique('resend/topic');
    const client = await server.connect(version, { clientId: unique('resend') });
    await client.subscribe(topic);

    client.sendPublish(topic, 'again', { qos: 1, dup: true });

    expect((await client.next('publish')).dup).toBe(false);
  });

  test('[MQTT-4.4.0-1] nothing is sent again while the connection stands, whatever else the client does', async () => {
    const [clientId, topic] = [unique('resend'), unique('resend/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    await client.publish(topic, 'unacknowledged', { qos: 1 });
    await client.next('publish');

    await client.subscribe({ topic, qos: 1 });
    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
    await client.publish(topic, 'next', { qos: 1 });

    expect(await client.payloads(1)).toEqual(['next']);
    await expectNothingMore(client);
  });

  test('[MQTT-4.4.0-1] [MQTT-4.4.0-1 v3.1.1] what waits comes behind what is sent again', async () => {
    const [clientId, topic] = [unique('resend'), unique('resend/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    await client.publish(topic, 'under way', { qos: 1 });
    await client.next('publish');
    await lose(client);
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    await publisher.publish(topic, 'waiting', { qos: 1 });

    const again = await server.connect(version, { clientId, ...lasting(version) });

    expect([await again.next('publish'), await again.next('publish')]).toMatchObject([
      { dup: true, payload: Buffer.from('under way') },
      { dup: false, payload: Buffer.from('waiting') },
    ]);
  });
});

describe.concurrent('resend, MQTT 5', () => {
  test('[MQTT-4.4.0-1] subscription identifiers and properties of the message come again too', async () => {
    const [clientId, topic] = [unique('resend'), unique('resend/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe({ topic, qos: 1, rap: true }, 12);
    const properties = { contentType: 'text/plain', userProperties: { a: 'b' } };
    await client.publish(topic, 'the same', { qos: 1, retain: true, properties });
    const first = await client.next('publish');
    await lose(client);

    const again = await (await server.connect(5, { clientId, ...lasting(5) })).next('publish');

    const { dup: _, length: __, ...same } = first;
    expect(first.properties?.subscriptionIdentifier).toBe(12);
    expect(again).toMatchObject({ ...same, retain: true });
  });
});
