import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lasting } from '../versions.ts';

describe.concurrent('No Local', () => {
  test('[MQTT-3.8.3-3] a client does not get what it publishes itself, others do', async () => {
    const topic = unique('local/topic');
    const [client, other] = await Promise.all([
      server.connect(5, { clientId: unique('local') }),
      server.connect(5, { clientId: unique('local') }),
    ]);
    for (const each of [client, other]) await each.subscribe({ topic, qos: 2, nl: true });

    for (const qos of [0, 1, 2] as const) await client.publish(topic, `qos ${qos}`, { qos });

    expect(await other.payloads(3)).toEqual(['qos 0', 'qos 1', 'qos 2']);
    await expectNothingMore(client);
  });

  test('[MQTT-3.8.3-3] neither after a return, nor as a retained message', async () => {
    const [clientId, topic] = [unique('local'), unique('local/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe({ topic, qos: 1, nl: true });
    await client.publish(topic, 'qos 1', { qos: 1, retain: true });
    await client.publish(`${topic}/0`, 'qos 0', { retain: true });
    await client.disconnect();

    const again = await server.connect(5, { clientId, ...lasting(5) });
    await again.subscribe({ topic: `${topic}/#`, qos: 1, nl: true });

    await expectNothingMore(again);
  });

  test('[MQTT-3.8.3-3] an overlapping subscription without it gets the message', async () => {
    const prefix = unique('local');
    const client = await server.connect(5, { clientId: unique('local') });
    await client.subscribe({ topic: `${prefix}/#`, qos: 2, nl: true }, 1);
    await client.subscribe({ topic: `${prefix}/a`, qos: 1 }, 2);

    await client.publish(`${prefix}/a`, 'mine', { qos: 2 });

    expect(await client.message()).toMatchObject({ qos: 1, properties: { subscriptionIdentifier: 2 } });
    await expectNothingMore(client);
  });

  test('[MQTT-3.8.3-4] [MQTT-4.13.1-1] it is a protocol error on a shared subscription', async () => {
    const client = await server.connect(5, { clientId: unique('local') });
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: '$share/group/a', qos: 1, nl: true }],
    });

    expect((await client.next('disconnect')).reasonCode).toBe(0x82);
    await client.ended();
  });
});

describe.concurrent('Retain As Published', () => {
  test.each([0, 1, 2] as const)(
    '[MQTT-3.3.1-12] [MQTT-3.3.1-13] RETAIN is kept with 1 and cleared with 0, at QoS %i',
    async (qos) => {
      const prefix = unique('published');
      const [keeps, clears] = await Promise.all([
        server.connect(5, { clientId: unique('published') }),
        server.connect(5, { clientId: unique('published') }),
      ]);
      await keeps.subscribe({ topic: `${prefix}/+`, qos: 2, rap: true });
      await clears.subscribe({ topic: `${prefix}/+`, qos: 2, rap: false });

      await keeps.publish(`${prefix}/a`, 'retained', { qos, retain: true });
      await keeps.publish(`${prefix}/a`, 'not retained', { qos });

      expect([await keeps.message(), await keeps.message()].map(({ retain }) => retain)).toEqual([
        true,
        false,
      ]);
      expect([await clears.message(), await clears.message()].map(({ retain }) => retain)).toEqual([
        false,
        false,
      ]);
    },
  );
});

describe.concurrent('Retain Handling', () => {
  /** Retained messages of each QoS under a prefix. */
  async function retained() {
    const prefix = unique('handling');
    const client = await server.connect(5, { clientId: unique('handling') });
    for (const qos of [0, 1, 2] as const)
      await client.publish(`${prefix}/${qos}`, String(qos), { qos, retain: true });
    const subscribe = (rh: 0 | 1 | 2) => client.subscribe({ topic: `${prefix}/+`, qos: 2, rh: rh });
    return { prefix, client, subscribe };
  }

  test('[MQTT-3.3.1-9] with 0 retained messages are sent at each SUBSCRIBE', async () => {
    const { client, subscribe } = await retained();
    for (const _ of ['new', 'again']) {
      await subscribe(0);
      const messages = [await client.message(), await client.message(), await client.message()];
      expect(messages.map(({ qos }) => qos).sort()).toEqual([0, 1, 2]);
      expect(messages.map(({ retain }) => retain)).toEqual([true, true, true]);
    }
    await expectNothingMore(client);
  });

  test('[MQTT-3.3.1-10] with 1 they are sent if the subscription is new', async () => {
    const { prefix, client, subscribe } = await retained();
    await subscribe(1);
    expect((await client.payloads(3)).sort()).toEqual(['0', '1', '2']);
    await subscribe(1);
    await expectNothingMore(client);

    await client.unsubscribe(`${prefix}/+`);
    await subscribe(1);
    expect((await client.payloads(3)).sort()).toEqual(['0', '1', '2']);
  });

  test('[MQTT-3.3.1-10] a subscription that a session has brought along is not new', async () => {
    const [clientId, topic] = [unique('handling'), unique('handling/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe({ topic, qos: 1, rh: 1 });
    await client.disconnect();
    const again = await server.connect(5, { clientId, ...lasting(5) });
    await again.publish(topic, 'retained', { qos: 1, retain: true });
    await again.message();

    await again.subscribe({ topic, qos: 1, rh: 1 });

    await expectNothingMore(again);
  });

  test('[MQTT-3.3.1-11] with 2 they are not sent', async () => {
    const { client, subscribe } = await retained();
    await subscribe(2);
    await expectNothingMore(client);
  });
});

describe.concurrent('Subscription Identifier', () => {
  test('[MQTT-3.3.4-3] [MQTT-3.3.4-4] one copy has those of all matching subscriptions', async () => {
    const prefix = unique('identifier');
    const client = await server.connect(5, { clientId: unique('identifier') });
    await client.subscribe({ topic: `${prefix}/#`, qos: 1 }, 268_435_455);
    await client.subscribe({ topic: `${prefix}/+`, qos: 1 }, 2);
    await client.subscribe({ topic: `${prefix}/a`, qos: 0 });

    await client.publish(`${prefix}/a`, 'all', { qos: 1 });
    await client.publish(`${prefix}/a/b`, 'one', { qos: 1 });
    await client.publish(`${prefix}/a`, 'all', { qos: 0 });

    const identifiers = [await client.message(), await client.message(), await client.message()].map(
      ({ properties }) => [properties?.subscriptionIdentifier].flat(),
    );
    expect(identifiers.map((each) => each.sort())).toEqual([
      [2, 268_435_455],
      [268_435_455],
      [2, 268_435_455],
    ]);
    await expectNothingMore(client);
  });

  test('[MQTT-3.3.4-3] the one identifier of a SUBSCRIBE is that of all its filters; retained messages have it too', async () => {
    const prefix = unique('identifier');
    const client = await server.connect(5, { clientId: unique('identifier') });
    for (const qos of [0, 1] as const)
      await client.publish(`${prefix}/${qos}`, 'retained', { qos, retain: true });

    await client.subscribe(
      [0, 1].map((level) => ({ topic: `${prefix}/${level}`, qos: 1 as const })),
      7,
    );

    for (const _ of [0, 1]) expect((await client.message()).properties?.subscriptionIdentifier).toBe(7);
  });

  test('[MQTT-3.8.4-3] replacing the subscription replaces the identifier, or takes it away', async () => {
    const topic = unique('identifier/topic');
    const client = await server.connect(5, { clientId: unique('identifier') });
    const identifiers: unknown[] = [];
    for (const identifier of [1, 2, undefined]) {
      await client.subscribe(topic, identifier);
      await client.publish(topic, 'message', { qos: 1 });
      identifiers.push((await client.message()).properties?.subscriptionIdentifier);
    }
    expect(identifiers).toEqual([1, 2, undefined]);
  });

  test('[MQTT-3.3.4-3] it is part of the session', async () => {
    const [clientId, topic] = [unique('identifier'), unique('identifier/topic')];
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe(topic, 99);
    await client.disconnect();
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    await publisher.publish(topic, 'waiting', { qos: 1 });

    const again = await server.connect(5, { clientId, ...lasting(5) });

    expect((await again.message()).properties?.subscriptionIdentifier).toBe(99);
  });
});
