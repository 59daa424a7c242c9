import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import type { RawClient, Version } from '../raw-client.ts';
import { server } from '../server.ts';
import { lose } from '../session-state.ts';
import { lasting } from '../versions.ts';

/** A session that holds one of everything: a subscription, messages of both directions under way, and one that waits. */
async function fullSession(version: Version, clientId: string, topic: string): Promise<void> {
  const client = await server.connect(version, { clientId, ...lasting(version) });
  await client.subscribe(topic);
  await client.sendPublish(topic, 'under way', { qos: 2, messageId: 7 });
  await client.next('pubrec', 7);
  await client.next('publish');
  await client.disconnect();
  await publish(version, topic, 'waiting');
}

async function publish(version: Version, topic: string, payload: string): Promise<void> {
  const publisher = await server.connect(version, { clientId: unique('publisher') });
  await publisher.publish(topic, payload, { qos: 1 });
  await publisher.disconnect();
}

/** Nothing of `fullSession` is left. */
async function expectNothingLeft(client: RawClient, topic: string): Promise<void> {
  await publish(client.version, topic, 'for nobody');
  await expectNothingMore(client);
  const fresh = unique('fresh');
  await client.subscribe(fresh);
  // The packet identifier of the message that was received and not released stands for a new one.
  await client.publish(fresh, 'new', { qos: 2, messageId: 7 });
  expect(await client.payloads(1)).toEqual(['new']);
}

describe.concurrent('clean start, MQTT 5', () => {
  test('[MQTT-3.1.2-4] [MQTT-3.1.4-4] [MQTT-3.2.2-2] Clean Start 1 discards the session and all it held', async () => {
    const [clientId, topic] = [unique('clean'), unique('clean/topic')];
    await fullSession(5, clientId, topic);

    const client = await server.connect(5, { clientId, clean: true });

    expect(client.connack).toMatchObject({ reasonCode: 0, sessionPresent: false });
    await expectNothingLeft(client, topic);
  });

  test('[MQTT-3.1.2-5] [MQTT-3.2.2-3] Clean Start 0 goes on with the session', async () => {
    const [clientId, topic] = [unique('clean'), unique('clean/topic')];
    await fullSession(5, clientId, topic);

    const client = await server.connect(5, { clientId, ...lasting(5) });

    expect(client.connack).toMatchObject({ reasonCode: 0, sessionPresent: true });
    expect(await client.payloads(2)).toEqual(['under way', 'waiting']);
    await publish(5, topic, 'new');
    expect(await client.payloads(1)).toEqual(['new']);
  });

  test('[MQTT-3.1.2-6] [MQTT-3.2.2-3] Clean Start 0 without a session begins one', async () => {
    const clientId = unique('clean');

    const client = await server.connect(5, { clientId, ...lasting(5) });
    expect(client.connack).toMatchObject({ reasonCode: 0, sessionPresent: false });

    await client.disconnect();
    const again = await server.connect(5, { clientId, ...lasting(5) });
    expect(again.connack?.sessionPresent).toBe(true);
  });

  test('[MQTT-3.1.3-2] a session belongs to its client identifier alone, also where one begins like another', async () => {
    const [clientId, topic] = [unique('prefix'), unique('clean/topic')];
    await fullSession(5, `${clientId}x`, topic);

    const other = await server.connect(5, { clientId, ...lasting(5) });
    expect(other.connack?.sessionPresent).toBe(false);
    await other.disconnect();
    await (await server.connect(5, { clientId, clean: true })).disconnect();

    const client = await server.connect(5, { clientId: `${clientId}x`, ...lasting(5) });
    expect(client.connack?.sessionPresent).toBe(true);
    expect(await client.payloads(2)).toEqual(['under way', 'waiting']);
  });
});

describe.concurrent('Clean Session, MQTT 3.1.1', () => {
  test('[MQTT-3.1.2-4 v3.1.1] [MQTT-3.1.2-5 v3.1.1] [MQTT-3.2.2-2 v3.1.1] Clean Session 0 goes on with the session, and with what came meanwhile', async () => {
    const [clientId, topic] = [unique('clean'), unique('clean/topic')];
    await fullSession(4, clientId, topic);

    const client = await server.connect(4, { clientId, clean: false });

    expect(client.connack).toMatchObject({ returnCode: 0, sessionPresent: true });
    expect(await client.payloads(2)).toEqual(['under way', 'waiting']);
  });

  test('[MQTT-3.1.2-4 v3.1.1] [MQTT-3.2.2-3 v3.1.1] Clean Session 0 without a session begins one, which is stored', async () => {
    const clientId = unique('clean');

    const client = await server.connect(4, { clientId, clean: false });
    expect(client.connack).toMatchObject({ returnCode: 0, sessionPresent: false });

    await lose(client);
    expect((await server.connect(4, { clientId, clean: false })).connack?.sessionPresent).toBe(true);
  });

  test('[MQTT-3.1.2-6 v3.1.1] [MQTT-3.1.4-3 v3.1.1] [MQTT-3.2.2-1 v3.1.1] Clean Session 1 discards the session and all it held', async () => {
    const [clientId, topic] = [unique('clean'), unique('clean/topic')];
    await fullSession(4, clientId, topic);

    const client = await server.connect(4, { clientId, clean: true });

    expect(client.connack).toMatchObject({ returnCode: 0, sessionPresent: false });
    await expectNothingLeft(client, topic);
  });

  test('[MQTT-3.1.2-6 v3.1.1] a session with Clean Session 1 lasts as long as its connection', async () => {
    const [clientId, topic] = [unique('clean'), unique('clean/topic')];
    const client = await server.connect(4, { clientId, clean: true });
    await client.subscribe(topic);
    await client.disconnect();

    const again = await server.connect(4, { clientId, clean: false });

    expect(again.connack?.sessionPresent).toBe(false);
    await publish(4, topic, 'for nobody');
    await expectNothingMore(again);
  });

  test('[MQTT-3.1.2-7 v3.1.1] retained messages outlive the session of their publisher', async () => {
    const [clientId, topic] = [unique('clean'), unique('clean/topic')];
    const client = await server.connect(4, { clientId, clean: true });
    await client.publish(topic, 'retained', { qos: 1, retain: true });
    await client.disconnect();
    await (await server.connect(4, { clientId, clean: true })).disconnect();

    const subscriber = await server.connect(4, { clientId: unique('subscriber') });
    await subscriber.subscribe(topic);

    expect(await subscriber.message()).toMatchObject({ retain: true, payload: Buffer.from('retained') });
  });

  test('[MQTT-3.1.3-2 v3.1.1] a session belongs to its client identifier alone', async () => {
    const [clientId, topic] = [unique('prefix'), unique('clean/topic')];
    await fullSession(4, `${clientId}x`, topic);

    await (await server.connect(4, { clientId, clean: true })).disconnect();

    const client = await server.connect(4, { clientId: `${clientId}x`, clean: false });
    expect(client.connack?.sessionPresent).toBe(true);
    expect(await client.payloads(2)).toEqual(['under way', 'waiting']);
  });
});
