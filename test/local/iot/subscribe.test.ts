import { describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, startIotCore } from './start.ts';

describe('subscribing', () => {
  it('answers each filter of a SUBSCRIBE', async () => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 5).connect();
    const topics = ['ok', 'bad/#/x', 'a+', '$aws/rules/x/y', '$SYS/x', 'a/'.repeat(8), '$aws/events/#', ''];

    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: topics.map((topic) => ({ topic, qos: 1 })),
    });

    const { granted } = await client.next('suback');
    expect(granted).toEqual([1, 0x8f, 0x8f, 0x87, 0x87, 0x8f, 1, 0x8f]);
  });

  it('answers 128 for a refused filter of MQTT 3.1.1', async () => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 4).connect();

    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a#', qos: 1 }] });

    expect(await client.next('suback')).toMatchObject({ granted: [128] });
  });

  it.each([
    ['more than 8 filters', Array.from({ length: 9 }, (_, index) => `a/${index}`), {}, 0x97],
    ['a subscription identifier', ['a'], { subscriptionIdentifier: 1 }, 0xa1],
  ])('ends a connection that subscribes with %s', async (_, topics, properties, reasonCode) => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 5).connect();

    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: topics.map((topic) => ({ topic, qos: 1 })),
      properties,
    });

    expect(await client.next('disconnect')).toMatchObject({ reasonCode });
    await client.end();
  });

  it('does not answer a request of QoS 2', async () => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 4).connect();

    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 2 }] });
    client.send({ cmd: 'pingreq' });

    await client.next('pingresp');
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack', 'pingresp']);
  });

  it('grants 50 subscriptions a connection', async () => {
    const { core } = await startIotCore();
    const { client } = await connect(core);
    for (let index = 0; index < 50; index += 1) await client.subscribeAsync(`a/${index}`);

    await client.subscribeAsync('a/0', { qos: 1 });

    await expect(client.subscribeAsync('a/50')).rejects.toThrow();
  });

  it('ends a subscription, and says so of one that did not exist', async () => {
    const { core } = await startIotCore();
    const { client, received } = await connect(core);
    await client.subscribeAsync(['gone', 'kept'], { qos: 1 });

    const raw = await new RawClient(core, 5).connect({ clientId: 'other' });
    raw.send({ cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['never'] });
    await client.unsubscribeAsync('gone');
    await client.publishAsync('gone', 'x', { qos: 1 });
    await client.publishAsync('kept', 'y', { qos: 1 });

    expect(await raw.next('unsuback')).toMatchObject({ messageId: 7, granted: [0x11] });
    await eventually(() => expect(received.map(({ text }) => text)).toEqual(['y']));
  });
});
