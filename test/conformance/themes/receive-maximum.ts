import { describe, expect, test } from 'vitest';
import { RECEIVE_MAXIMUM } from '#packet-edge/limits';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { lose } from '../session-state.ts';

const RECEIVE_MAXIMUM_EXCEEDED = 0x93;
const UNSPECIFIED_ERROR = 0x80;

const limited = (clientId: string, receiveMaximum: number) => ({
  clientId,
  clean: false,
  properties: { receiveMaximum, sessionExpiryInterval: 3_600 },
});

/** Messages of both QoS wait for a client that takes so many at once. */
async function withBacklog(receiveMaximum: number, count: number) {
  const [clientId, topic] = [unique('quota'), unique('quota/topic')];
  const client = await server.connect(5, limited(clientId, receiveMaximum));
  await client.subscribe(topic);
  const publisher = await server.connect(5, { clientId: unique('publisher') });
  for (let number = 0; number < count; number += 1)
    await publisher.publish(topic, String(number), { qos: number % 2 === 0 ? 1 : 2 });
  return { client, topic, publisher };
}

describe.concurrent('Receive Maximum of the client', () => {
  test('[MQTT-3.3.4-9] [MQTT-4.9.0-1] [MQTT-4.9.0-2] no more messages are under way than it takes, and the rest follows', async () => {
    const { client } = await withBacklog(2, 6);
    const [first, second] = [await client.next('publish'), await client.next('publish')];
    await client.settled();
    expect(client.left('publish')).toEqual([]);

    client.acknowledge('puback', first);
    const third = await client.next('publish');
    await client.settled();
    expect(client.left('publish')).toEqual([]);

    // QoS 2 counts until PUBCOMP, not PUBREC.
    client.acknowledge('pubrec', second);
    await client.next('pubrel');
    await client.settled();
    expect(client.left('publish')).toEqual([]);
    client.acknowledge('pubcomp', second);
    client.acknowledge('puback', third);
    expect(await client.payloads(3)).toEqual(['3', '4', '5']);
  });

  test('[MQTT-3.3.4-9] with 1 everything comes all the same, one by one and in order', async () => {
    const { client } = await withBacklog(1, 5);
    expect(await client.payloads(5)).toEqual(['0', '1', '2', '3', '4']);
    await expectNothingMore(client);
  });

  test('[MQTT-3.3.4-9] a PUBREC with a failure makes room', async () => {
    const { client, topic, publisher } = await withBacklog(1, 1);
    client.acknowledge('puback', await client.next('publish'));
    await publisher.publish(topic, 'refused', { qos: 2 });
    await publisher.publish(topic, 'next', { qos: 1 });

    client.acknowledge('pubrec', await client.next('publish'), UNSPECIFIED_ERROR);

    expect(await client.payloads(1)).toEqual(['next']);
  });

  test('[MQTT-4.9.0-3] [MQTT-3.3.4-10] QoS 0 and all other packets go on while the quota is 0', async () => {
    const { client, topic, publisher } = await withBacklog(1, 2);
    await client.next('publish');
    await publisher.publish(topic, 'qos 0');

    expect(await client.next('publish')).toMatchObject({ qos: 0, payload: Buffer.from('qos 0') });
    expect((await client.subscribe(unique('other'))).granted).toEqual([2]);
    expect((await client.unsubscribe(unique('other'))).granted).toEqual([0x11]);
    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
    await client.publish(unique('elsewhere'), 'qos 1', { qos: 1 });
    await client.publish(unique('elsewhere'), 'qos 2', { qos: 2 });
  });

  test('[MQTT-3.3.4-9] [MQTT-4.4.0-1] after a return with a lower one, no more is sent again at once than it takes', async () => {
    const { client } = await withBacklog(4, 4);
    const first = [];
    for (const _ of [1, 2, 3, 4]) first.push((await client.next('publish')).messageId);
    await lose(client);

    const again = await server.connect(5, limited(client.clientId, 1));
    const resent = [];
    for (const _ of [1, 2, 3, 4]) {
      await again.settled();
      expect(again.left('publish').length).toBeLessThanOrEqual(1);
      resent.push(await again.message());
    }

    expect(resent.map(({ messageId, dup }) => ({ messageId, dup }))).toEqual(
      first.map((messageId) => ({ messageId, dup: true })),
    );
  });

  test('[MQTT-4.13.1-1] a Receive Maximum of 0 is a protocol error (3.1.2.11.3)', async () => {
    const client = server.open(5);
    client.sendBytes(
      receiveMaximumZero(client.bytesOf({ ...plainConnect, properties: { receiveMaximum: 1 } })),
    );

    expect((await client.next('connack')).reasonCode).toBe(0x82);
    await client.ended();
  });
});

const plainConnect = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clean: true,
  clientId: 'zero',
  keepalive: 60,
} as const;

/** The generator writes no 0: it is behind the property identifier 0x21. */
function receiveMaximumZero(connect: Buffer): Buffer {
  const at = connect.indexOf(Buffer.from([0x21, 0, 1]));
  connect.writeUInt16BE(0, at + 1);
  return connect;
}

describe.concurrent('Receive Maximum of the server', () => {
  test('[MQTT-3.3.4-7] it is told in CONNACK, and who exceeds it is sent away', async () => {
    const client = await server.connect(5, { clientId: unique('quota') });
    expect(client.connack?.properties?.receiveMaximum).toBe(RECEIVE_MAXIMUM);
    const topic = unique('quota/topic');

    for (let messageId = 1; messageId <= RECEIVE_MAXIMUM + 1; messageId += 1)
      client.sendPublish(topic, '', { qos: 2, messageId });

    expect((await client.next('disconnect')).reasonCode).toBe(RECEIVE_MAXIMUM_EXCEEDED);
    await client.ended();
    expect(client.received.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(RECEIVE_MAXIMUM);
  });

  test('[MQTT-4.3.3-2 v3.1.1] a client of 3.1.1, which cannot be told, may have more under way', async () => {
    const client = await server.connect(4, { clientId: unique('quota') });
    const topic = unique('quota/topic');

    for (let messageId = 1; messageId <= RECEIVE_MAXIMUM + 1; messageId += 1)
      client.sendPublish(topic, '', { qos: 2, messageId });

    expect((await client.next('pubrec', RECEIVE_MAXIMUM + 1)).messageId).toBe(RECEIVE_MAXIMUM + 1);
  });
});
