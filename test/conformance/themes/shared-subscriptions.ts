import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore, payloadsUntilNow } from '../quiet.ts';
import type { RawClient, Version } from '../raw-client.ts';
import { server } from '../server.ts';
import { lose } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const UNSPECIFIED_ERROR = 0x80;

interface Group {
  readonly topic: string;
  readonly filter: string;
  readonly publisher: RawClient;
  join(qos?: 0 | 1 | 2): Promise<RawClient>;
}

async function group(version: Version): Promise<Group> {
  const topic = unique('shared/topic');
  const filter = `$share/${unique('group')}/${topic}`;
  const publisher = await server.connect(version, { clientId: unique('publisher') });
  return {
    topic,
    filter,
    publisher,
    async join(qos = 2) {
      const member = await server.connect(version, { clientId: unique('member'), ...lasting(version) });
      await member.subscribe({ topic: filter, qos });
      return member;
    },
  };
}

const payloadsOf = (client: RawClient) =>
  client.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []));

describe.concurrent.each(VERSIONS)('shared subscriptions, %s', (_, version) => {
  test('[MQTT-4.8.2-1] each message goes to one member of the group, and to every other subscriber', async () => {
    const { topic, publisher, join } = await group(version);
    const [one, other] = [await join(1), await join(1)];
    await publisher.subscribe({ topic, qos: 0 });
    const sent = Array.from({ length: 8 }, (_, index) => `message ${index}`);

    for (const payload of sent) await publisher.publish(topic, payload, { qos: 1 });

    expect(await publisher.payloads(8)).toEqual(sent);
    expect([...(await payloadsUntilNow(one)), ...(await payloadsUntilNow(other))].sort()).toEqual(sent);
  });

  test('[MQTT-4.8.2-1] groups of different names are served each by itself', async () => {
    const topic = unique('shared/topic');
    const publisher = await server.connect(version, { clientId: unique('publisher') });
    const members = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const member = await server.connect(version, { clientId: unique('member') });
        await member.subscribe({ topic: `$share/${name}/${topic}`, qos: 1 });
        return member;
      }),
    );

    await publisher.publish(topic, 'to both groups', { qos: 1 });

    for (const member of members) expect(await member.payloads(1)).toEqual(['to both groups']);
  });

  test('[MQTT-4.8.2-3] the QoS that the member was granted holds', async () => {
    const { topic, publisher, join } = await group(version);
    const member = await join(1);
    for (const qos of [0, 1, 2] as const) await publisher.publish(topic, String(qos), { qos });

    const messages = [await member.message(), await member.message(), await member.message()];

    expect(messages.map(({ payload, qos }) => `${payload} ${qos}`).sort()).toEqual(['0 0', '1 1', '2 1']);
  });

  test('[MQTT-4.8.2-4] what was sent to a member with QoS 2 is completed with it after its return', async () => {
    const { topic, publisher, join } = await group(version);
    const member = await join();
    await publisher.publish(topic, 'mine', { qos: 2 });
    const first = await member.next('publish');
    await lose(member);
    const other = await join();
    await expectNothingMore(other);

    const again = await server.connect(version, { clientId: member.clientId, ...lasting(version) });

    expect(await again.message()).toMatchObject({ messageId: first.messageId, dup: true });
    await expectNothingMore(other);
  });

  test('[MQTT-4.8.2-5] if the session of that member ends, nobody else gets it', async () => {
    const { topic, publisher, join } = await group(version);
    const member = await join();
    await publisher.publish(topic, 'mine', { qos: 2 });
    await member.next('publish');
    await lose(member);
    await (await server.connect(version, { clientId: member.clientId, clean: true })).disconnect();

    await expectNothingMore(await join());
  });

  test('[MQTT-4.5.0-1] [MQTT-4.5.0-1 v3.1.1] while no member is connected messages wait for the first that returns', async () => {
    const { topic, publisher, join } = await group(version);
    const members = [await join(), await join()];
    for (const member of members) await member.disconnect();
    for (const payload of ['one', 'two']) await publisher.publish(topic, payload, { qos: 1 });

    const [first, second] = members.map(({ clientId }) => clientId);
    const back = await server.connect(version, { clientId: first ?? '', ...lasting(version) });
    expect(await back.payloads(2)).toEqual(['one', 'two']);
    await expectNothingMore(await server.connect(version, { clientId: second ?? '', ...lasting(version) }));
  });

  test('[MQTT-3.10.4-1] [MQTT-3.10.4-1 v3.1.1] a member that has unsubscribed gets no more', async () => {
    const { topic, filter, publisher, join } = await group(version);
    const [leaves, stays] = [await join(), await join()];
    await leaves.unsubscribe(filter);
    const sent = ['a', 'b', 'c', 'd'];
    for (const payload of sent) await publisher.publish(topic, payload, { qos: 1 });

    expect((await stays.payloads(4)).sort()).toEqual(sent);
    await expectNothingMore(leaves);
  });
});

describe.concurrent('shared subscriptions, MQTT 5', () => {
  test.each(['puback', 'pubrec'] as const)(
    '[MQTT-4.8.2-6] a message that a member refuses with %s goes to nobody else',
    async (cmd) => {
      const { topic, publisher, join } = await group(5);
      const [one, other] = [await join(), await join()];
      await publisher.publish(topic, 'refused', { qos: cmd === 'puback' ? 1 : 2 });
      const refuse = async (client: RawClient) => {
        client.acknowledge(cmd, await client.next('publish'), UNSPECIFIED_ERROR);
        return client;
      };

      const refused = await Promise.race([refuse(one), refuse(other)]);
      await refused.settled();

      const rest = refused === one ? other : one;
      await rest.settled();
      expect(payloadsOf(rest)).toEqual([]);
      await expectNothingMore(refused);
      const third = await join();
      await expectNothingMore(third);
    },
  );

  test.each(['$share', '$share/', '$share//a', '$share/a', '$share/a/', '$share/a+/b', '$share/#/b'])(
    '[MQTT-4.8.2-1] [MQTT-4.8.2-2] %s is no shared subscription',
    async (filter) => {
      const client = await server.connect(5, { clientId: unique('shared') });
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] });
      const answer = await Promise.race([client.next('suback'), client.next('disconnect')]);
      if (filter === '$share') expect(answer).toMatchObject({ cmd: 'suback' });
      else expect(answer).toMatchObject({ cmd: 'disconnect', reasonCode: 0x82 });
    },
  );

  test('[MQTT-3.3.1-9] retained messages are not sent for a shared subscription (4.8.2)', async () => {
    const { topic, publisher, join } = await group(5);
    await publisher.publish(topic, 'retained', { qos: 1, retain: true });
    await expectNothingMore(await join());
  });
});
