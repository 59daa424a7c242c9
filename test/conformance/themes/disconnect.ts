import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { sessionIs } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

describe.concurrent.each(VERSIONS)('DISCONNECT, %s', (_, version) => {
  test('[MQTT-3.14.4-1] [MQTT-3.14.4-2] the server answers nothing, closes the connection and does nothing that follows', async () => {
    const topic = unique('goodbye/topic');
    const subscriber = await server.connect(version, { clientId: unique('subscriber') });
    await subscriber.subscribe(topic);
    const client = await server.connect(version, { clientId: unique('goodbye'), ...lasting(version) });

    client.send({ cmd: 'disconnect' });
    client.sendPublish(topic, 'too late', { qos: 1 });
    await client.ended();

    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    const { connections } = await sessionIs(client.clientId, 'disconnected');
    expect(connections.at(-1)?.disconnectReason).toBe('CLIENT_INITIATED_DISCONNECT');
    await subscriber.publish(topic, 'in time', { qos: 1 });
    expect(await subscriber.payloads(1)).toEqual(['in time']);
  });

  test('[MQTT-4.3.2-4] [MQTT-4.3.2-2 v3.1.1] what was sent before it is accepted', async () => {
    const topic = unique('goodbye/topic');
    const subscriber = await server.connect(version, { clientId: unique('subscriber') });
    await subscriber.subscribe(topic);
    const client = await server.connect(version, { clientId: unique('goodbye') });

    client.sendPublish(topic, 'qos 0');
    client.sendPublish(topic, 'qos 1', { qos: 1 });
    client.send({ cmd: 'disconnect' });
    await client.ended();

    expect(await subscriber.payloads(2)).toEqual(['qos 0', 'qos 1']);
  });
});

describe.concurrent('DISCONNECT, MQTT 5', () => {
  test.each([0x00, 0x04, 0x80, 0x98])('[MQTT-3.14.2-1] reason code %i is taken', async (reasonCode) => {
    const client = await server.connect(5, { clientId: unique('goodbye'), ...lasting(5) });
    await client.disconnect({ reasonCode });
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    await sessionIs(client.clientId, 'disconnected');
  });
});
