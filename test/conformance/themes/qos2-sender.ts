import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import type { RawClient, Version } from '../raw-client.ts';
import { server } from '../server.ts';
import { passed } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const UNSPECIFIED_ERROR = 0x80;

/** A client with a session that lasts, to which one QoS 2 message is under way. */
async function withMessage(
  version: Version,
  payload: string,
  properties: { messageExpiryInterval?: number } = {},
) {
  const [clientId, topic] = [unique('qos2'), unique('qos2/topic')];
  const client = await server.connect(version, { clientId, ...lasting(version) });
  await client.subscribe(topic);
  const publisher = await server.connect(version, { clientId: unique('publisher') });
  await publisher.publish(topic, payload, { qos: 2, ...(version === 5 && { properties }) });
  const publish = await client.next('publish');
  const comeBack = async (): Promise<RawClient> => {
    await client.settled();
    await client.disconnect();
    return server.connect(version, { clientId, ...lasting(version) });
  };
  return { client, publish, comeBack };
}

describe.concurrent.each(VERSIONS)('QoS 2 as the sender, %s', (_, version) => {
  test('[MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-4.3.3-1 v3.1.1] a new message has DUP 0 and an identifier that is unused', async () => {
    const topic = unique('qos2/topic');
    const client = await server.connect(version, { clientId: unique('qos2') });
    await client.subscribe(topic);
    for (const payload of ['one', 'two', 'three']) client.sendPublish(topic, payload, { qos: 2 });

    const publishes = [
      await client.next('publish'),
      await client.next('publish'),
      await client.next('publish'),
    ];

    expect(publishes.map(({ payload }) => payload.toString())).toEqual(['one', 'two', 'three']);
    for (const publish of publishes) expect(publish).toMatchObject({ qos: 2, dup: false });
    expect(new Set(publishes.map(({ messageId }) => messageId)).size).toBe(3);
  });

  test('[MQTT-4.3.3-3] [MQTT-4.3.3-1 v3.1.1] the PUBLISH is unacknowledged until PUBREC comes', async () => {
    const { publish, comeBack } = await withMessage(version, 'unacknowledged');

    const again = await (await comeBack()).next('publish');

    expect(again).toMatchObject({
      dup: true,
      qos: 2,
      messageId: publish.messageId,
      payload: publish.payload,
    });
  });

  test('[MQTT-4.3.3-4] [MQTT-3.6.2-1] [MQTT-4.3.3-1 v3.1.1] PUBREC is answered with PUBREL of the same identifier', async () => {
    const { client, publish } = await withMessage(version, 'received');

    client.acknowledge('pubrec', publish);

    const { messageId, reasonCode } = await client.next('pubrel');
    expect({ messageId, reasonCode: reasonCode ?? 0 }).toEqual({
      messageId: publish.messageId,
      reasonCode: 0,
    });
  });

  test('[MQTT-4.3.3-5] [MQTT-4.3.3-6] [MQTT-4.3.3-1 v3.1.1] PUBREL is unacknowledged until PUBCOMP comes, and PUBLISH comes no more', async () => {
    const { client, publish, comeBack } = await withMessage(version, 'received');
    client.acknowledge('pubrec', publish);
    await client.next('pubrel');

    const again = await comeBack();

    expect((await again.next('pubrel')).messageId).toBe(publish.messageId);
    again.acknowledge('pubcomp', publish);
    await expectNothingMore(again);
    expect(again.received.filter(({ cmd }) => cmd === 'publish')).toHaveLength(1);
  });

  test('[MQTT-4.3.3-5] [MQTT-4.3.3-1 v3.1.1] after PUBCOMP nothing of it is sent again', async () => {
    const { client, publish, comeBack } = await withMessage(version, 'complete');
    client.acknowledge('pubrec', publish);
    client.acknowledge('pubcomp', await client.next('pubrel'));

    await expectNothingMore(await comeBack());
  });

  test('[MQTT-4.3.3-4] [MQTT-4.3.3-6] [MQTT-4.3.3-1 v3.1.1] a PUBREC that comes again gets the PUBREL again', async () => {
    const { client, publish } = await withMessage(version, 'received');

    client.acknowledge('pubrec', publish);
    client.acknowledge('pubrec', publish);

    for (const _ of [1, 2]) expect((await client.next('pubrel')).messageId).toBe(publish.messageId);
    client.acknowledge('pubcomp', publish);
    await expectNothingMore(client);
  });

  test('[MQTT-4.3.3-6] [MQTT-4.3.3-1 v3.1.1] PUBCOMP before PUBREC completes nothing', async () => {
    const { client, publish, comeBack } = await withMessage(version, 'not yet');
    client.acknowledge('pubcomp', publish);

    const again = await comeBack();

    expect(await again.payloads(1)).toEqual(['not yet']);
  });
});

describe.concurrent('QoS 2 as the sender, MQTT 5', () => {
  test('[MQTT-4.4.0-2] [MQTT-4.3.3-4] PUBREC with a failure acknowledges the message: no PUBREL, nothing again', async () => {
    const { client, publish, comeBack } = await withMessage(5, 'refused');
    client.acknowledge('pubrec', publish, UNSPECIFIED_ERROR);

    const again = await comeBack();

    await expectNothingMore(again);
    expect(client.received.filter(({ cmd }) => cmd === 'pubrel')).toEqual([]);
  });

  test('[MQTT-4.3.3-7] a message whose PUBLISH was sent does not expire', async () => {
    const { publish, comeBack } = await withMessage(5, 'under way', { messageExpiryInterval: 3 });
    await passed(Date.now() + 3_000);

    const again = await (await comeBack()).next('publish');

    expect(again).toMatchObject({ messageId: publish.messageId, dup: true });
    expect(again.payload.toString()).toBe('under way');
  });

  test('[MQTT-3.6.2-1] a PUBREC for an unknown identifier is answered with Packet Identifier not found', async () => {
    const client = await server.connect(5, { clientId: unique('qos2') });
    client.send({ cmd: 'pubrec', messageId: 77, reasonCode: 0 });
    expect(await client.next('pubrel', 77)).toMatchObject({ reasonCode: 0x92 });
  });
});
