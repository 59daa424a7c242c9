import { describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, startIotCore } from './start.ts';

describe('publishing', () => {
  it.each([
    [4, 4],
    [4, 5],
    [5, 4],
    [5, 5],
  ] as const)('carries messages from version %i to version %i', async (from, to) => {
    const { core } = await startIotCore();
    const subscriber = await connect(core, { protocolVersion: to });
    const publisher = await connect(core, { protocolVersion: from });
    await subscriber.client.subscribeAsync('a/+', { qos: 1 });

    await publisher.client.publishAsync('a/1', 'zero', { qos: 0 });
    await publisher.client.publishAsync('a/2', 'one', { qos: 1 });
    await publisher.client.publishAsync('b/2', 'other', { qos: 1 });
    await publisher.client.publishAsync('a/3', '', { qos: 1 });

    await eventually(() => expect(subscriber.received).toHaveLength(3));
    expect(subscriber.received.map(({ topic, text, packet: { qos } }) => [topic, text, qos])).toEqual([
      ['a/1', 'zero', 0],
      ['a/2', 'one', 1],
      ['a/3', '', 1],
    ]);
  });

  it('delivers one copy where filters overlap, at the highest granted QoS', async () => {
    const { core } = await startIotCore();
    const { client, received } = await connect(core);
    await client.subscribeAsync({ '#': { qos: 0 }, 'a/+': { qos: 1 }, 'a/#': { qos: 0 }, 'a/b': { qos: 0 } });

    await client.publishAsync('a/b', 'x', { qos: 1 });
    await client.publishAsync('a/b', 'last', { qos: 1 });

    await eventually(() => expect(received.map(({ text }) => text)).toEqual(['x', 'last']));
    expect(received[0]?.packet.qos).toBe(1);
  });

  it("does not match a filter's parent level with #", async () => {
    const { core } = await startIotCore();
    const { client, received } = await connect(core);
    await client.subscribeAsync('sensor/#', { qos: 1 });

    await client.publishAsync('sensor', 'parent', { qos: 1 });
    await client.publishAsync('sensor/1', 'child', { qos: 1 });

    await eventually(() => expect(received.map(({ text }) => text)).toEqual(['child']));
  });

  it('hands on the properties of MQTT 5', async () => {
    const { core } = await startIotCore();
    const { client, received } = await connect(core);
    await client.subscribeAsync('a', { qos: 1 });
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from([0, 1, 255]),
      payloadFormatIndicator: true,
      messageExpiryInterval: 100,
      userProperties: { key: ['1', '2'], other: 'x' },
    };

    await client.publishAsync('a', 'x', { qos: 1, properties });

    await eventually(() => expect(received).toHaveLength(1));
    expect(received[0]?.packet.properties).toMatchObject(properties);
  });

  it('resolves topic aliases, and ends a connection that uses one without a topic', async () => {
    const { core } = await startIotCore();
    const subscriber = await connect(core);
    await subscriber.client.subscribeAsync('long/topic', { qos: 0 });
    const client = await new RawClient(core, 5).connect();
    const publish = { cmd: 'publish', qos: 0, dup: false, retain: false, payload: 'x' } as const;

    client.send({ ...publish, topic: 'long/topic', properties: { topicAlias: 3 } });
    client.send({ ...publish, topic: '', properties: { topicAlias: 3 } });
    await eventually(() => expect(subscriber.received).toHaveLength(2));
    client.send({ ...publish, topic: 'long/topic', properties: { topicAlias: 9 } });

    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x94 });
  });

  it('carries 128 KB, and refuses one byte more', async () => {
    const { core } = await startIotCore();
    const subscriber = await connect(core);
    await subscriber.client.subscribeAsync('big', { qos: 1 });
    const client = await new RawClient(core, 5).connect({ clientId: 'big' });
    const publish = { cmd: 'publish', topic: 'big', qos: 1, dup: false, retain: false } as const;

    client.send({ ...publish, messageId: 1, payload: Buffer.alloc(128 * 1024, 'x') });
    await client.next('puback');
    await eventually(() => expect(subscriber.received[0]?.packet.payload).toHaveLength(128 * 1024));
    client.send({ ...publish, messageId: 2, payload: Buffer.alloc(128 * 1024 + 1) });

    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
    await client.end();
  });

  it.each([
    ['more than 256 bytes', 'x'.repeat(257), 0x90],
    ['more than 7 slashes', 'a/'.repeat(8), 0x90],
    ['a reserved topic', '$aws/events/presence/connected/x', 0x87],
    ['another topic that begins with $', '$SYS/x', 0x87],
  ])('ends a connection that publishes to %s', async (_, topic, reasonCode) => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 5).connect();

    client.send({ cmd: 'publish', topic, qos: 0, dup: false, retain: false, payload: 'x' });

    expect(await client.next('disconnect')).toMatchObject({ reasonCode });
    await client.end();
  });

  it('refuses QoS 2: MQTT 5 with a code, MQTT 3.1.1 without any answer', async () => {
    const { core } = await startIotCore();
    const mqtt5 = await new RawClient(core, 5).connect({ clientId: 'five' });
    const mqtt311 = await new RawClient(core, 4).connect({ clientId: 'three' });
    const publish = { cmd: 'publish', topic: 'a', qos: 2, messageId: 1, dup: false, retain: false } as const;

    mqtt5.send({ ...publish, payload: 'x' });
    mqtt311.send({ ...publish, payload: 'x' });
    mqtt311.send({ cmd: 'pingreq' });

    expect(await mqtt5.next('disconnect')).toMatchObject({ reasonCode: 0x9b });
    await mqtt311.next('pingresp');
    expect(mqtt311.packets.map(({ cmd }) => cmd)).toEqual(['connack', 'pingresp']);
  });

  it('ends a connection whose properties point outside of their packet', async () => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 5).connect();
    const contentTypeOfHundredBytes = [3, 0, 100];
    const publish = [0x30, 7, 0, 1, 0x61, contentTypeOfHundredBytes.length, ...contentTypeOfHundredBytes];

    client.sendBytes(Buffer.from(publish));

    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x81 });
    await client.end();
  });

  it('keeps to the Receive Maximum of the client', async () => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 5).connect({ properties: { receiveMaximum: 2 } });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
    await client.next('suback');
    const publisher = await connect(core);
    for (const text of ['1', '2', '3', '4']) await publisher.client.publishAsync('a', text, { qos: 1 });
    const sent = () => client.packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []));

    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
    expect(sent()).toHaveLength(2);
    for (const { messageId } of sent()) client.send({ cmd: 'puback', messageId: messageId ?? 0 });

    await eventually(() =>
      expect(sent().map(({ payload }) => String(payload))).toEqual(['1', '2', '3', '4']),
    );
  });

  it('drops a message that expires while it waits for the window', async () => {
    let nowMs = 1_700_000_000_000;
    const { core } = await startIotCore({ clock: () => nowMs });
    const client = await new RawClient(core, 5).connect({ properties: { receiveMaximum: 1 } });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
    await client.next('suback');
    const publisher = await connect(core);
    await publisher.client.publishAsync('a', 'first', { qos: 1 });
    await publisher.client.publishAsync('a', 'short', { qos: 1, properties: { messageExpiryInterval: 5 } });
    await publisher.client.publishAsync('a', 'last', { qos: 1 });
    const sent = () => client.packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []));

    nowMs += 5_000;
    const { messageId } = await client.next('publish');
    client.send({ cmd: 'puback', messageId: messageId ?? 0 });

    await eventually(() => expect(sent().map(({ payload }) => String(payload))).toEqual(['first', 'last']));
  });

  it('keeps the latest retained message of a topic, for filters that are exactly the topic', async () => {
    const { core } = await startIotCore();
    const { client, received } = await connect(core);
    await client.publishAsync('r/1', 'old', { qos: 1, retain: true });
    await client.publishAsync('r/1', 'new', { qos: 1, retain: true });
    await client.publishAsync('r/2', 'removed', { qos: 1, retain: true });
    await client.publishAsync('r/2', '', { qos: 1, retain: true });

    await client.subscribeAsync('r/+', { qos: 1 });
    await client.subscribeAsync('$share/group/r/1', { qos: 1 });
    await client.subscribeAsync('r/2', { qos: 1 });
    await client.subscribeAsync('r/1', { qos: 1 });

    await eventually(() => expect(received).toHaveLength(1));
    expect(received[0]).toMatchObject({ topic: 'r/1', text: 'new', packet: { retain: true } });
  });

  it('gives each message to one member of a shared subscription', async () => {
    const { core } = await startIotCore();
    const members = [await connect(core), await connect(core, { protocolVersion: 4 })];
    for (const { client } of members) await client.subscribeAsync('$share/group/jobs/+', { qos: 1 });
    const publisher = await connect(core);

    for (let job = 0; job < 40; job += 1) await publisher.client.publishAsync('jobs/x', `${job}`, { qos: 1 });

    const all = () => members.flatMap(({ received }) => received.map(({ text }) => Number(text)));
    await eventually(() => expect(all()).toHaveLength(40));
    expect(new Set(all()).size).toBe(40);
    expect(members.every(({ received }) => received.length > 0)).toBe(true);
  });

  it('keeps messages for a shared subscription whose persistent members are all away', async () => {
    const { core } = await startIotCore();
    const options = { clientId: 'member', clean: false, properties: { sessionExpiryInterval: 60 } };
    const member = await connect(core, options);
    await member.client.subscribeAsync('$share/group/jobs', { qos: 1 });
    await member.client.endAsync();
    const publisher = await connect(core);
    for (const job of ['1', '2', '3']) await publisher.client.publishAsync('jobs', job, { qos: 1 });

    const returned = await connect(core, options);

    await eventually(() => expect(returned.received.map(({ text }) => text)).toEqual(['1', '2', '3']));
  });
});
