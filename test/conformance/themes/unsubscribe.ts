import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lasting, VERSIONS } from '../versions.ts';

const NO_SUBSCRIPTION_EXISTED = 0x11;

describe.concurrent.each(VERSIONS)('unsubscribe, %s', (_, version) => {
  test('[MQTT-3.10.4-1] [MQTT-3.10.4-2] [MQTT-3.10.4-4] [MQTT-3.10.4-1 v3.1.1] [MQTT-3.10.4-2 v3.1.1] [MQTT-3.10.4-4 v3.1.1] only the very same filter is taken away', async () => {
    const prefix = unique('unsubscribe');
    const client = await server.connect(version, { clientId: unique('unsubscribe') });
    await client.subscribe([`${prefix}/+`, `${prefix}/a`].map((topic) => ({ topic, qos: 1 as const })));

    await client.unsubscribe(`${prefix}/A`, `${prefix}/#`, `${prefix}/+`);
    await client.publish(`${prefix}/b`, 'no more', { qos: 1 });
    await client.publish(`${prefix}/a`, 'still', { qos: 1 });

    expect(await client.payloads(1)).toEqual(['still']);
    await expectNothingMore(client);
  });

  test('[MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-3.10.4-5 v3.1.1] [MQTT-3.10.4-6 v3.1.1] one UNSUBACK answers, whether subscriptions existed or not', async () => {
    const prefix = unique('unsubscribe');
    const client = await server.connect(version, { clientId: unique('unsubscribe') });
    await client.subscribe(`${prefix}/a`);
    await client.subscribe(`${prefix}/b`);

    await client.unsubscribe(`${prefix}/a`, `${prefix}/none`, `${prefix}/b`);

    expect(client.received.filter(({ cmd }) => cmd === 'unsuback')).toHaveLength(1);
    for (const topic of ['a', 'b']) await client.publish(`${prefix}/${topic}`, topic, { qos: 1 });
    await expectNothingMore(client);
  });

  test('[MQTT-3.10.4-3] [MQTT-3.10.4-3 v3.1.1] what is under way is completed, also after a return', async () => {
    const [clientId, topic] = [unique('unsubscribe'), unique('unsubscribe/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    await client.publish(topic, 'qos 2', { qos: 2 });
    await client.publish(topic, 'qos 1', { qos: 1 });
    const exactlyOnce = await client.next('publish');
    await client.next('publish');

    await client.unsubscribe(topic);
    client.acknowledge('pubrec', exactlyOnce);
    await client.next('pubrel');
    await client.disconnect();

    const again = await server.connect(version, { clientId, ...lasting(version) });
    again.acknowledge('pubcomp', await again.next('pubrel', exactlyOnce.messageId));
    expect(await again.payloads(1)).toEqual(['qos 1']);
    await expectNothingMore(again);
  });

  test('[MQTT-3.10.4-2] [MQTT-3.10.4-2 v3.1.1] what comes between UNSUBSCRIBE and a new SUBSCRIBE is not added', async () => {
    const topic = unique('unsubscribe/topic');
    const client = await server.connect(version, { clientId: unique('unsubscribe') });
    await client.subscribe(topic);
    await client.unsubscribe(topic);
    await client.publish(topic, 'between', { qos: 1 });
    await client.subscribe(topic);
    await client.publish(topic, 'after', { qos: 1 });

    expect(await client.payloads(1)).toEqual(['after']);
    await expectNothingMore(client);
  });
});

describe.concurrent('UNSUBACK, MQTT 5', () => {
  test('[MQTT-3.11.3-1] [MQTT-3.11.3-2] it says for each filter, in their order, whether there was a subscription', async () => {
    const prefix = unique('unsubscribe');
    const client = await server.connect(5, { clientId: unique('unsubscribe') });
    await client.subscribe(`${prefix}/a`);
    await client.subscribe(`$share/group/${prefix}/a`);

    const { granted } = await client.unsubscribe(
      `${prefix}/b`,
      `${prefix}/a`,
      `${prefix}/a`,
      `$share/group/${prefix}/a`,
    );

    expect(granted).toEqual([NO_SUBSCRIPTION_EXISTED, 0, NO_SUBSCRIPTION_EXISTED, 0]);
  });
});
