import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import type { RawClient } from '../raw-client.ts';
import { server } from '../server.ts';
import { lose, passed } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const TOPIC_NAME_INVALID = 0x90;
const PACKET_IDENTIFIER_NOT_FOUND = 0x92;
const TOO_LONG_A_TOPIC = 'x'.repeat(1_001);

async function subscribed(version: 4 | 5, topic: string): Promise<RawClient> {
  const client = await server.connect(version, { clientId: unique('subscriber') });
  await client.subscribe(topic);
  return client;
}

describe.concurrent.each(VERSIONS)('QoS 2 as the receiver, %s', (_, version) => {
  test('[MQTT-4.3.3-8] [MQTT-4.3.3-11] [MQTT-2.2.1-5] [MQTT-3.3.4-1] [MQTT-4.3.3-2 v3.1.1] [MQTT-2.3.1-6 v3.1.1] [MQTT-3.3.4-1 v3.1.1] PUBREC and PUBCOMP have the identifier of the message', async () => {
    const topic = unique('qos2/topic');
    const subscriber = await subscribed(version, topic);
    const client = await server.connect(version, { clientId: unique('qos2') });

    client.sendPublish(topic, 'once', { qos: 2, messageId: 40_000 });
    expect((await client.next('pubrec')).messageId).toBe(40_000);
    client.send({ cmd: 'pubrel', messageId: 40_000 });
    expect((await client.next('pubcomp')).messageId).toBe(40_000);

    expect(await subscriber.payloads(1)).toEqual(['once']);
  });

  test('[MQTT-4.3.3-10] [MQTT-4.3.3-2 v3.1.1] until PUBREL the same message again is acknowledged, and delivered once', async () => {
    const topic = unique('qos2/topic');
    const subscriber = await subscribed(version, topic);
    const client = await server.connect(version, { clientId: unique('qos2') });

    for (const dup of [false, true, true]) {
      client.sendPublish(topic, 'once', { qos: 2, messageId: 5, dup });
      await client.next('pubrec', 5);
    }

    expect(await subscriber.payloads(1)).toEqual(['once']);
    await expectNothingMore(subscriber);
  });

  test('[MQTT-4.3.3-10] [MQTT-4.3.3-2 v3.1.1] also when it comes again in the same moment, and on another connection', async () => {
    const [clientId, topic] = [unique('qos2'), unique('qos2/topic')];
    const subscriber = await subscribed(version, topic);
    const client = await server.connect(version, { clientId, ...lasting(version) });
    for (const dup of [false, true]) client.sendPublish(topic, 'once', { qos: 2, messageId: 5, dup });
    await client.next('pubrec', 5);
    await client.next('pubrec', 5);
    await lose(client);

    const again = await server.connect(version, { clientId, ...lasting(version) });
    again.sendPublish(topic, 'once', { qos: 2, messageId: 5, dup: true });
    await again.next('pubrec', 5);
    again.send({ cmd: 'pubrel', messageId: 5 });
    await again.next('pubcomp', 5);

    expect(await subscriber.payloads(1)).toEqual(['once']);
    await expectNothingMore(subscriber);
  });

  test('[MQTT-4.3.3-12] [MQTT-4.3.3-2 v3.1.1] after PUBCOMP the identifier is a new message, with DUP too', async () => {
    const topic = unique('qos2/topic');
    const subscriber = await subscribed(version, topic);
    const client = await server.connect(version, { clientId: unique('qos2') });

    await client.publish(topic, 'one', { qos: 2, messageId: 5 });
    await client.publish(topic, 'two', { qos: 2, messageId: 5, dup: true });

    expect(await subscriber.payloads(2)).toEqual(['one', 'two']);
  });

  test('[MQTT-4.3.3-11] [MQTT-3.7.2-1] [MQTT-4.3.3-2 v3.1.1] PUBREL is answered on another connection, and again', async () => {
    const [clientId, topic] = [unique('qos2'), unique('qos2/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    client.sendPublish(topic, 'once', { qos: 2, messageId: 5 });
    await client.next('pubrec', 5);
    await lose(client);

    const again = await server.connect(version, { clientId, ...lasting(version) });
    again.send({ cmd: 'pubrel', messageId: 5 }, { cmd: 'pubrel', messageId: 5 });
    const [first, second] = [await again.next('pubcomp', 5), await again.next('pubcomp', 5)];

    expect([first.reasonCode ?? 0, second.reasonCode ?? 0]).toEqual([0, 0]);
  });

  test('[MQTT-4.3.3-11] [MQTT-4.3.3-2 v3.1.1] a PUBREL for nothing is answered, with the reason', async () => {
    const client = await server.connect(version, { clientId: unique('qos2') });
    client.send({ cmd: 'pubrel', messageId: 5 });

    const { reasonCode = 0 } = await client.next('pubcomp', 5);
    expect(reasonCode).toBe(version === 5 ? PACKET_IDENTIFIER_NOT_FOUND : 0);
  });

  test('[MQTT-4.3.3-10] [MQTT-4.3.3-2 v3.1.1] identifiers of QoS 1 and 2 of the client, and those of the server, do not mix', async () => {
    const topic = unique('qos2/topic');
    const client = await server.connect(version, { clientId: unique('qos2') });
    await client.subscribe(topic);

    client.sendPublish(topic, 'mine', { qos: 2, messageId: 1 });
    await client.next('pubrec', 1);
    const publish = await client.next('publish');
    expect(publish.messageId).toBe(1);
    client.acknowledge('pubrec', publish);
    await client.next('pubrel', 1);
    client.send({ cmd: 'pubrel', messageId: 1 });
    await client.next('pubcomp', 1);
    client.acknowledge('pubcomp', publish);

    await expectNothingMore(client);
  });
});

describe.concurrent('QoS 2 as the receiver, MQTT 5', () => {
  test('[MQTT-4.3.3-9] [MQTT-3.5.2-1] after a PUBREC with a failure the identifier is a new message', async () => {
    const topic = unique('qos2/topic');
    const subscriber = await subscribed(5, topic);
    const client = await server.connect(5, { clientId: unique('qos2') });
    client.sendPublish(TOO_LONG_A_TOPIC, 'refused', { qos: 2, messageId: 5 });
    expect((await client.next('pubrec', 5)).reasonCode).toBe(TOPIC_NAME_INVALID);

    client.sendPublish(topic, 'accepted', { qos: 2, messageId: 5 });

    expect((await client.next('pubrec', 5)).reasonCode ?? 0).toBe(0);
    expect(await subscriber.payloads(1)).toEqual(['accepted']);
  });

  test('[MQTT-4.3.3-13] the handshake is finished although the message has expired', async () => {
    const client = await server.connect(5, { clientId: unique('qos2') });
    const topic = unique('qos2/topic');
    client.sendPublish(topic, 'short', { qos: 2, messageId: 5, properties: { messageExpiryInterval: 1 } });
    await client.next('pubrec', 5);
    await passed(Date.now() + 1_200);

    client.sendPublish(topic, 'short', { qos: 2, messageId: 5, dup: true });
    await client.next('pubrec', 5);
    client.send({ cmd: 'pubrel', messageId: 5 });

    expect((await client.next('pubcomp', 5)).reasonCode ?? 0).toBe(0);
  });
});
