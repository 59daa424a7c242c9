import { describe, expect, it } from 'vitest';
import { IotCore } from '#local/iot/iot-core';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, startIotCore } from './start.ts';

describe('connecting', () => {
  it.each([4, 5] as const)('accepts MQTT version %i', async (protocolVersion) => {
    const { core, observed } = await startIotCore();

    await connect(core, { protocolVersion, clientId: 'device' });

    expect(observed).toContainEqual(
      expect.objectContaining({ kind: 'connected', clientId: 'device', protocolVersion }),
    );
  });

  it('tells an MQTT 5 client what it supports and what it has changed', async () => {
    const { core } = await startIotCore({ persistentSessionExpirySeconds: 600 });

    const { connack } = await connect(core, {
      clientId: '',
      keepalive: 4000,
      properties: { sessionExpiryInterval: 601 },
    });

    expect(connack.properties).toMatchObject({
      sessionExpiryInterval: 600,
      serverKeepAlive: 1200,
      assignedClientIdentifier: expect.stringMatching(/^[^$]{1,128}$/),
      maximumQoS: 1,
      retainAvailable: true,
      subscriptionIdentifiersAvailable: false,
      topicAliasMaximum: 8,
      receiveMaximum: 100,
    });
  });

  it('leaves out of CONNACK what it has not changed', async () => {
    const { core } = await startIotCore();

    const { connack } = await connect(core, {
      clientId: 'device',
      properties: { sessionExpiryInterval: 60 },
    });

    expect(connack.properties).not.toHaveProperty('sessionExpiryInterval');
    expect(connack.properties).not.toHaveProperty('serverKeepAlive');
  });

  it.each([
    ['begins with $', '$device'],
    ['has 129 bytes', 'x'.repeat(129)],
  ])('refuses a client identifier that %s', async (_, clientId) => {
    const { core } = await startIotCore();

    const mqtt5 = await new RawClient(core, 5).connect({ clientId });
    const mqtt311 = await new RawClient(core, 4).connect({ clientId });

    expect(await mqtt5.next('connack')).toMatchObject({ reasonCode: 0x85 });
    expect(await mqtt311.next('connack')).toMatchObject({ returnCode: 2 });
    await mqtt5.end();
    await mqtt311.end();
  });

  it('takes a client identifier of 128 bytes with spaces, slashes and emoji', async () => {
    const { core, observed } = await startIotCore();
    const clientId = 'a b/ü😀'.padEnd(122, 'x');
    expect(Buffer.byteLength(clientId)).toBeLessThanOrEqual(128);

    await connect(core, { clientId });

    expect(observed).toContainEqual(expect.objectContaining({ kind: 'connected', clientId }));
  });

  it('refuses an empty client identifier of MQTT 3.1.1 without Clean Session', async () => {
    const { core } = await startIotCore();

    const client = new RawClient(core, 4);
    const clean0 = [0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0];

    client.sendBytes(Buffer.from(clean0));

    expect(await client.next('connack')).toMatchObject({ returnCode: 2 });
  });

  it('refuses a will of QoS 2', async () => {
    const { core } = await startIotCore();

    const client = await new RawClient(core, 5).connect({ will: { topic: 'w', payload: 'x', qos: 2 } });

    expect(await client.next('connack')).toMatchObject({ reasonCode: 0x9b });
    await client.end();
  });

  it('refuses who may not connect, with an event', async () => {
    const { core, observed } = await startIotCore({ authorize: ({ clientId }) => clientId !== 'stranger' });

    const mqtt5 = await new RawClient(core, 5).connect({ clientId: 'stranger' });
    const mqtt311 = await new RawClient(core, 4).connect({ clientId: 'stranger' });

    expect(await mqtt5.next('connack')).toMatchObject({ reasonCode: 0x87 });
    expect(await mqtt311.next('connack')).toMatchObject({ returnCode: 7 });
    expect(observed).toContainEqual({ kind: 'refused', clientId: 'stranger', reason: 'not authorized' });
  });

  it('ends a connection at a second CONNECT', async () => {
    const { core } = await startIotCore();
    const client = await new RawClient(core, 5).connect();

    await client.connect();

    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
    await client.end();
  });

  it('ends a connection that begins with another packet', async () => {
    const { core } = await startIotCore();
    const client = new RawClient(core, 4);

    client.send({ cmd: 'pingreq' });

    await client.end();
  });

  it('ends a connection that sends no MQTT', async () => {
    const { core, observed } = await startIotCore();
    const client = await new RawClient(core, 5).connect({ clientId: 'noise' });

    client.sendBytes(Buffer.from([0x63, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff]));

    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x81 });
    await client.end();
    expect(observed).toContainEqual(
      expect.objectContaining({ kind: 'disconnected', reason: 'CLIENT_ERROR' }),
    );
  });

  it('closes one and a half keep alives after the last packet', async () => {
    const { core, observed } = await startIotCore();
    // The broker counts from the CONNECT, of which its answer may tell much later.
    const sinceMs = Date.now();
    const client = await new RawClient(core, 5).connect({ clientId: 'silent', keepalive: 1 });

    await client.end();

    expect(Date.now() - sinceMs).toBeGreaterThanOrEqual(1400);
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x8d });
    expect(observed).toContainEqual(
      expect.objectContaining({ kind: 'disconnected', reason: 'MQTT_KEEP_ALIVE_TIMEOUT' }),
    );
  });

  it('gives the client identifier to a second connection', async () => {
    const { core, observed } = await startIotCore();
    const first = await new RawClient(core, 5).connect({ clientId: 'twin' });

    await connect(core, { clientId: 'twin' });

    expect(await first.next('disconnect')).toMatchObject({ reasonCode: 0x8e });
    await first.end();
    expect(observed).toContainEqual({
      kind: 'disconnected',
      clientId: 'twin',
      reason: 'DUPLICATE_CLIENTID',
      versionNumber: 0,
    });
  });

  it('rejects a port that is in use', async () => {
    const { core } = await startIotCore();

    await expect(startIotCore({ port: core.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('ends every connection when it stops', async () => {
    const core = await IotCore.start({
      port: 0,
      accountId: '1',
      region: 'r',
      invokeFunction: async () => {},
      sendToQueue: async () => {},
    });
    const client = await new RawClient(core, 5).connect();

    await core.stop();

    await client.end();
    await eventually(() =>
      expect(client.packets.at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8b }),
    );
  });
});
