import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  ListSubscriptionsCommand,
  paginateListSubscriptions,
} from '@aws-sdk/client-iot-data-plane';
import { describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, dataPlaneClient, putLifecycleRules, startIotCore } from './start.ts';

const NOW = 1_700_000_000_000;

describe('GetConnection', () => {
  it('describes a connection of MQTT 5', async () => {
    const { core } = await startIotCore({ clock: () => NOW });
    const iot = await dataPlaneClient(core);
    const clientId = 'd/1 x';
    await connect(core, {
      clientId,
      keepalive: 45,
      clean: false,
      properties: { sessionExpiryInterval: 9999 },
    });

    const { $metadata, ...answer } = await iot.send(new GetConnectionCommand({ clientId }));

    expect($metadata.httpStatusCode).toBe(200);
    expect(answer).toEqual({
      clientId,
      connected: true,
      cleanSession: false,
      keepAliveDuration: 45,
      sessionExpiry: 3600,
      connectedSince: NOW,
    });
  });

  it('leaves the session expiry of MQTT 3.1.1 out', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    await connect(core, { clientId: 'three', protocolVersion: 4, clean: false });

    const answer = await iot.send(new GetConnectionCommand({ clientId: 'three' }));

    expect(answer).toMatchObject({ connected: true, cleanSession: false });
    expect(answer.sessionExpiry).toBeUndefined();
  });

  it('tells of the sockets if asked to', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    await connect(core, { clientId: 'device' });

    const answer = await iot.send(
      new GetConnectionCommand({ clientId: 'device', includeSocketInformation: true }),
    );

    expect(answer).toMatchObject({ sourceIp: '127.0.0.1', targetIp: '127.0.0.1', targetPort: core.port });
    expect(answer.sourcePort).toBeGreaterThan(0);
  });

  it('remembers an end for half an hour', async () => {
    let nowMs = NOW;
    const { core } = await startIotCore({ clock: () => nowMs });
    const iot = await dataPlaneClient(core);
    const get = () => iot.send(new GetConnectionCommand({ clientId: 'gone' }));
    (await connect(core, { clientId: 'gone' })).cut();

    await eventually(async () => expect((await get()).connected).toBe(false));
    nowMs += 30 * 60_000 - 1;
    expect(await get()).toMatchObject({ disconnectedSince: NOW, disconnectReason: 'CONNECTION_LOST' });
    nowMs += 1;

    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('knows a client that is away as long as its session exists', async () => {
    let nowMs = NOW;
    const { core } = await startIotCore({ clock: () => nowMs });
    const iot = await dataPlaneClient(core);
    await (await connect(core, { clientId: 'away', protocolVersion: 4, clean: false })).client.endAsync();
    nowMs += 3599_000;

    const answer = await eventually(() => iot.send(new GetConnectionCommand({ clientId: 'away' })));
    expect(answer).toMatchObject({ connected: false, cleanSession: false });
    expect(answer.disconnectedSince).toBeUndefined();
  });

  it('does not know a client that never came', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);

    await expect(iot.send(new GetConnectionCommand({ clientId: 'never' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('never'),
      traceId: expect.any(String),
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('ListSubscriptions', () => {
  it('lists pages of filters with their granted QoS', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    const { client } = await connect(core, { clientId: 'lists' });
    const filters = Array.from({ length: 45 }, (_, index) => `a/${index}`);
    for (const filter of filters) await client.subscribeAsync(filter, { qos: 1 });
    await client.subscribeAsync('$share/g/a', { qos: 0 });

    const pages = [];
    for await (const page of paginateListSubscriptions({ client: iot }, { clientId: 'lists' })) {
      pages.push(page.subscriptions ?? []);
    }

    expect(pages.map(({ length }) => length)).toEqual([20, 20, 6]);
    expect(pages.flat()).toEqual([
      ...filters.map((topicFilter) => ({ topicFilter, qos: 1 })),
      { topicFilter: '$share/g/a', qos: 0 },
    ]);
  });

  it('lists those of a persistent session whose client is away, but of no clean one', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    const list = (clientId: string) => iot.send(new ListSubscriptionsCommand({ clientId, maxResults: 200 }));
    for (const [clientId, clean] of [
      ['kept', false],
      ['clean', true],
    ] as const) {
      const { client } = await connect(core, { clientId, clean, protocolVersion: 4 });
      await client.subscribeAsync('a');
      await client.endAsync();
    }

    expect((await list('kept')).subscriptions).toEqual([{ topicFilter: 'a', qos: 0 }]);
    await eventually(() =>
      expect(list('clean')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }),
    );
  });

  it('refuses page sizes and tokens that make no sense', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    await connect(core, { clientId: 'lists' });
    const list = (input: object) => iot.send(new ListSubscriptionsCommand({ clientId: 'lists', ...input }));

    await expect(list({ maxResults: 0 })).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(list({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });
});

describe('DeleteConnection', () => {
  const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } as const;

  it('ends the connection, with an event and the will', async () => {
    const { core, invocations } = await startIotCore();
    putLifecycleRules(core);
    const iot = await dataPlaneClient(core);
    const watcher = await connect(core);
    await watcher.client.subscribeAsync('wills');
    const device = await new RawClient(core, 5).connect({ clientId: 'device', will });

    await iot.send(new DeleteConnectionCommand({ clientId: 'device' }));

    expect(await device.next('disconnect')).toMatchObject({ reasonCode: 0x98 });
    await device.end();
    await eventually(() => expect(watcher.received.map(({ text }) => text)).toEqual(['gone']));
    expect(invocations.map(({ payload }) => payload)).toContainEqual(
      expect.objectContaining({ clientId: 'device', disconnectReason: 'API_INITIATED_DISCONNECT' }),
    );
  });

  it('keeps the will back, and ends the session, if asked to', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    const watcher = await connect(core);
    await watcher.client.subscribeAsync('wills');
    const options = { clientId: 'device', clean: false, properties: { sessionExpiryInterval: 60 } };
    await connect(core, { ...options, will });

    await iot.send(
      new DeleteConnectionCommand({ clientId: 'device', cleanSession: true, preventWillMessage: true }),
    );
    await watcher.client.publishAsync('wills', 'after', { qos: 1 });

    await eventually(() => expect(watcher.received.map(({ text }) => text)).toEqual(['after']));
    expect((await connect(core, options)).sessionPresent).toBe(false);
  });

  it('keeps the session unless asked to end it', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    const options = { clientId: 'device', clean: false, properties: { sessionExpiryInterval: 60 } };
    await connect(core, options);

    await iot.send(new DeleteConnectionCommand({ clientId: 'device' }));

    expect((await connect(core, options)).sessionPresent).toBe(true);
  });

  it('knows neither connection nor session of a client that never came', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);

    await expect(iot.send(new DeleteConnectionCommand({ clientId: 'never' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
