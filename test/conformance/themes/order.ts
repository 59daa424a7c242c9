import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lose } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe.concurrent.each(VERSIONS)('order, %s', (_, version) => {
  test.each([0, 1, 2] as const)(
    '[MQTT-4.6.0-5] [MQTT-4.6.0-6] [MQTT-4.6.0-5 v3.1.1] [MQTT-4.6.0-6 v3.1.1] messages of one client to a topic come in its order at QoS %i, to each subscriber',
    async (qos) => {
      const topic = unique('order/topic');
      const [publisher, one, other] = await Promise.all(
        ['publisher', 'one', 'other'].map((name) => server.connect(version, { clientId: unique(name) })),
      );
      if (publisher === undefined || one === undefined || other === undefined)
        throw new Error('three clients');
      await Promise.all([one.subscribe(topic), other.subscribe(`${topic}/#`)]);
      const sent = numbers(12);

      // All at once: none waits for the acknowledgement of another.
      for (const number of sent) publisher.sendPublish(topic, number, { qos });

      expect(await one.payloads(12)).toEqual(sent);
      expect(await other.payloads(12)).toEqual(sent);
    },
  );

  test('[MQTT-4.6.0-5] [MQTT-4.6.0-6 v3.1.1] so they do after a return: first what is sent again, then what waited, then what is new', async () => {
    const [clientId, topic] = [unique('order'), unique('order/topic')];
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    const sent = numbers(9);
    for (const number of sent.slice(0, 3)) await publisher.publish(topic, number, { qos: 1 });
    for (const _ of [1, 2, 3]) await client.next('publish');
    await lose(client);
    for (const number of sent.slice(3, 6)) await publisher.publish(topic, number, { qos: 1 });

    const again = await server.connect(version, { clientId, ...lasting(version) });
    for (const number of sent.slice(6)) await publisher.publish(topic, number, { qos: 1 });

    expect(await again.payloads(9)).toEqual(sent);
  });

  test('[MQTT-4.6.0-2 v3.1.1] [MQTT-4.6.0-3 v3.1.1] acknowledgements come in the order of what they acknowledge', async () => {
    const topic = unique('order/topic');
    const client = await server.connect(version, { clientId: unique('order') });
    const identifiers = [11, 5, 9, 2, 7];
    for (const messageId of identifiers) client.sendPublish(topic, 'qos 1', { qos: 1, messageId });
    for (const messageId of identifiers)
      client.sendPublish(topic, 'qos 2', { qos: 2, messageId: messageId + 100 });
    for (const _ of identifiers) await client.next('pubrec');
    for (const messageId of identifiers) client.send({ cmd: 'pubrel', messageId: messageId + 100 });
    for (const _ of identifiers) await client.next('pubcomp');

    const inOrderOf = (kind: string) =>
      client.received.filter(({ cmd }) => cmd === kind).map(({ messageId }) => messageId);
    expect(inOrderOf('puback')).toEqual(identifiers);
    expect(inOrderOf('pubrec')).toEqual(identifiers.map((each) => each + 100));
    expect(inOrderOf('pubcomp')).toEqual(identifiers.map((each) => each + 100));
  });

  test('[MQTT-4.6.0-4 v3.1.1] PUBREL comes in the order of PUBREC', async () => {
    const topic = unique('order/topic');
    const client = await server.connect(version, { clientId: unique('order') });
    await client.subscribe(topic);
    for (const number of numbers(4)) client.sendPublish(topic, number, { qos: 2 });
    const publishes = [];
    for (const _ of numbers(4)) publishes.push(await client.next('publish'));

    const received = publishes.toReversed();
    for (const publish of received) client.acknowledge('pubrec', publish);

    const released = [];
    for (const _ of received) released.push((await client.next('pubrel')).messageId);
    expect(released).toEqual(received.map(({ messageId }) => messageId));
  });

  test('[MQTT-4.5.0-1] [MQTT-4.5.0-1 v3.1.1] an accepted message is added to the session of every matching client, connected or not', async () => {
    const topic = unique('order/topic');
    const ids = [unique('away'), unique('away'), unique('here')];
    for (const clientId of ids) {
      const client = await server.connect(version, { clientId, ...lasting(version) });
      await client.subscribe(topic);
      if (clientId.startsWith('away')) await client.disconnect();
    }
    const publisher = await server.connect(version, { clientId: unique('publisher') });

    await publisher.publish(topic, 'to all', { qos: 2 });

    for (const clientId of ids) {
      const client = await server.connect(version, { clientId, ...lasting(version) });
      expect(await client.payloads(1)).toEqual(['to all']);
    }
  });
});
