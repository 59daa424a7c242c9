import { describe, expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lasting, VERSIONS } from '../versions.ts';

const LARGEST = 65_535;

/** As if the client had got so many messages. */
async function setLastPacketId(clientId: string, lastPacketId: number): Promise<void> {
  await eventually(async () => {
    const flow = await server.edge.flows.get(clientId);
    if (flow === undefined) throw new Error(`${clientId} has no flow`);
    const { written } = await server.edge.flows.write({ ...flow, lastPacketId }, flow.revision);
    expect(written).toBe(true);
  });
}

describe.concurrent.each(VERSIONS)('packet identifiers, %s', (_, version) => {
  test('[MQTT-2.2.1-4] [MQTT-2.3.1-4 v3.1.1] after 65,535 comes 1, not 0', async () => {
    const [clientId, topic] = [unique('identifiers'), unique('identifiers/topic')];
    const client = await server.connect(version, { clientId });
    await client.subscribe(topic);
    await client.publish(topic, 'first', { qos: 1 });
    await client.message();
    await client.settled();
    await setLastPacketId(clientId, LARGEST - 1);

    const identifiers: unknown[] = [];
    for (const qos of [1, 2, 1] as const) {
      await client.publish(topic, 'next', { qos });
      identifiers.push((await client.message()).messageId);
    }

    expect(identifiers).toEqual([LARGEST, 1, 2]);
  });

  test('[MQTT-2.2.1-4] [MQTT-2.3.1-4 v3.1.1] identifiers that are in use are passed over when the numbers begin anew', async () => {
    const [clientId, topic] = [unique('identifiers'), unique('identifiers/topic')];
    const client = await server.connect(version, { clientId, ...lasting(version) });
    await client.subscribe(topic);
    for (const qos of [1, 2, 2] as const) await client.publish(topic, 'kept', { qos });
    const [one, two, three] = [
      await client.next('publish'),
      await client.next('publish'),
      await client.next('publish'),
    ];
    expect([one, two, three].map(({ messageId }) => messageId)).toEqual([1, 2, 3]);
    // 2 is in use until PUBCOMP, 1 is free.
    client.acknowledge('puback', one);
    client.acknowledge('pubrec', two);
    await client.next('pubrel');
    await client.settled();
    await setLastPacketId(clientId, LARGEST);

    const identifiers: unknown[] = [];
    for (const _ of [1, 2]) {
      await client.publish(topic, 'new', { qos: 1 });
      identifiers.push((await client.next('publish')).messageId);
    }

    expect(identifiers).toEqual([1, 4]);
  });

  test('[MQTT-2.2.1-6] [MQTT-3.8.4-2] [MQTT-3.10.4-5] [MQTT-2.3.1-7 v3.1.1] [MQTT-3.8.4-2 v3.1.1] [MQTT-3.10.4-4 v3.1.1] SUBACK and UNSUBACK have the identifier of their request', async () => {
    const client = await server.connect(version, { clientId: unique('identifiers') });
    const topic = unique('identifiers/topic');
    client.send({ cmd: 'subscribe', messageId: LARGEST, subscriptions: [{ topic, qos: 0 }] });
    expect((await client.next('suback')).messageId).toBe(LARGEST);
    client.send({ cmd: 'unsubscribe', messageId: 256, unsubscriptions: [topic] });
    expect((await client.next('unsuback')).messageId).toBe(256);
  });

  test('[MQTT-2.2.1-2] [MQTT-2.3.1-5 v3.1.1] a message that comes with QoS 0 or 1 goes to subscriptions of QoS 0 without an identifier', async () => {
    const topic = unique('identifiers/topic');
    const client = await server.connect(version, { clientId: unique('identifiers') });
    await client.subscribe({ topic, qos: 0 });

    await client.publish(topic, 'at QoS 1', { qos: 1 });

    const publish = await client.next('publish');
    expect(publish.qos).toBe(0);
    expect(publish.messageId).toBeUndefined();
  });
});
