import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lose } from '../session-state.ts';
import { lasting } from '../versions.ts';

const PROTOCOL_ERROR = 0x82;
const TOPIC_ALIAS_INVALID = 0x94;

const aliased = (topicAlias: number, qos: 0 | 1 | 2 = 1) => ({ qos, properties: { topicAlias } });

describe.concurrent('topic aliases', () => {
  test('[MQTT-3.3.2-12] all from 1 to the maximum in CONNACK are accepted, at every QoS, and set anew', async () => {
    const prefix = unique('alias');
    const client = await server.connect(5, { clientId: unique('alias') });
    const maximum = client.connack?.properties?.topicAliasMaximum ?? 0;
    expect(maximum).toBeGreaterThan(0);
    await client.subscribe(`${prefix}/+`);

    await client.publish(`${prefix}/a`, '1', aliased(1, 0));
    await client.publish(`${prefix}/b`, '2', aliased(maximum, 2));
    await client.publish('', '3', aliased(1, 1));
    await client.publish('', '4', aliased(maximum, 2));
    await client.publish(`${prefix}/c`, '5', aliased(1, 1));
    await client.publish('', '6', aliased(1, 0));

    const got: string[] = [];
    for (const _ of Array.from({ length: 6 })) {
      const { topic, payload, properties } = await client.message();
      got.push(`${payload} ${topic.slice(prefix.length)}`);
      expect(properties ?? {}).not.toHaveProperty('topicAlias');
    }
    expect(got).toEqual(['1 /a', '2 /b', '3 /a', '4 /b', '5 /c', '6 /c']);
  });

  test('[MQTT-3.3.2-7] they are forgotten with the network connection, though the session lasts', async () => {
    const clientId = unique('alias');
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.publish(unique('alias/topic'), 'sets', aliased(1));
    await lose(client);

    const again = await server.connect(5, { clientId, ...lasting(5) });
    again.sendPublish('', 'unknown', aliased(1));

    expect((await again.next('disconnect')).reasonCode).toBe(PROTOCOL_ERROR);
    await again.ended();
  });

  test('[MQTT-3.3.2-7] one client does not know those of another', async () => {
    const [one, other] = [
      await server.connect(5, { clientId: unique('alias') }),
      await server.connect(5, { clientId: unique('alias') }),
    ];
    await one.publish(unique('alias/topic'), 'sets', aliased(1));
    other.sendPublish('', 'unknown', aliased(1));
    expect((await other.next('disconnect')).reasonCode).toBe(PROTOCOL_ERROR);
  });

  test('[MQTT-3.3.2-8] [MQTT-3.3.2-9] 0, and one above the maximum, end the connection', async () => {
    for (const above of [false, true]) {
      const client = await server.connect(5, { clientId: unique('alias') });
      const maximum = client.connack?.properties?.topicAliasMaximum ?? 0;
      const bytes = client.bytesOf({
        cmd: 'publish',
        topic: 'a',
        payload: 'b',
        qos: 0,
        dup: false,
        retain: false,
        properties: { topicAlias: maximum + 1 },
      });
      // The generator writes no 0: it is behind the property identifier 0x23.
      if (!above) bytes.writeUInt16BE(0, bytes.indexOf(0x23) + 1);
      client.sendBytes(bytes);
      expect((await client.next('disconnect')).reasonCode).toBe(TOPIC_ALIAS_INVALID);
      await client.ended();
    }
  });

  test.each([undefined, 0, 10])(
    '[MQTT-3.1.2-26] [MQTT-3.1.2-27] [MQTT-3.3.2-11] the server sends none above the maximum of the client: %s',
    async (topicAliasMaximum) => {
      const topic = unique('alias/topic');
      const client = await server.connect(5, {
        clientId: unique('alias'),
        ...(topicAliasMaximum !== undefined && { properties: { topicAliasMaximum } }),
      });
      await client.subscribe(topic);
      for (const qos of [0, 1, 2] as const) await client.publish(topic, 'message', { qos });

      for (const _ of [0, 1, 2]) {
        const publish = await client.message();
        expect(publish.properties?.topicAlias ?? 0).toBeLessThanOrEqual(topicAliasMaximum ?? 0);
        expect(publish.topic).toBe(topic);
      }
    },
  );
});
