import { describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, startIotCore } from './start.ts';

const DURABLE = [
  { protocolVersion: 4, clientId: 'durable', clean: false },
  { protocolVersion: 5, clientId: 'durable', clean: false, properties: { sessionExpiryInterval: 3600 } },
] as const;

describe.each(DURABLE)('persistent sessions of version $protocolVersion', (durable) => {
  it('keeps QoS 1 messages while the client is away, and tells it that the session is present', async () => {
    const { core } = await startIotCore({ storedMessagesPerSecond: 100 });
    const first = await connect(core, durable);
    expect(first.sessionPresent).toBe(false);
    await first.client.subscribeAsync({ 'a/+': { qos: 1 }, zero: { qos: 0 } });
    first.cut();
    const publisher = await connect(core);
    await publisher.client.publishAsync('a/1', 'one', { qos: 1 });
    await publisher.client.publishAsync('a/1', 'published at QoS 0', { qos: 0 });
    await publisher.client.publishAsync('zero', 'subscribed at QoS 0', { qos: 1 });
    await publisher.client.publishAsync('a/2', 'two', { qos: 1 });

    const second = await connect(core, durable);
    await publisher.client.publishAsync('a/3', 'live', { qos: 1 });

    expect(second.sessionPresent).toBe(true);
    await eventually(() => expect(second.received).toHaveLength(3));
    expect(second.received.map(({ text }) => text).sort()).toEqual(['live', 'one', 'two']);
  });

  it('sends again what was not acknowledged', async () => {
    const { core } = await startIotCore();
    const version = durable.protocolVersion;
    const options = {
      clientId: 'raw',
      clean: false,
      ...('properties' in durable && { properties: durable.properties }),
    };
    const first = await new RawClient(core, version).connect(options);
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
    await first.next('suback');
    const publisher = await connect(core);
    await publisher.client.publishAsync('a', 'x', { qos: 1 });
    await first.next('publish');
    first.send({ cmd: 'disconnect', reasonCode: 0 });
    await first.end();

    const second = await new RawClient(core, version).connect(options);

    expect(await second.next('publish')).toMatchObject({ topic: 'a', dup: false });
  });

  it('redelivers 10 messages a second', async () => {
    const { core } = await startIotCore();
    const first = await connect(core, durable);
    await first.client.subscribeAsync('a', { qos: 1 });
    await first.client.endAsync();
    const publisher = await connect(core);
    for (let index = 0; index < 8; index += 1)
      await publisher.client.publishAsync('a', `${index}`, { qos: 1 });
    const startedAtMs = Date.now();

    const { received } = await connect(core, durable);

    await eventually(() => expect(received.map(({ text }) => text)).toEqual([...'01234567']));
    // Timers may fire a millisecond early.
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(690);
  });

  it('ends with a clean start', async () => {
    const { core } = await startIotCore();
    const first = await connect(core, durable);
    await first.client.subscribeAsync('a', { qos: 1 });
    await first.client.endAsync();

    const clean = await connect(core, { ...durable, clean: true });

    expect(clean.sessionPresent).toBe(false);
    await clean.client.publishAsync('a', 'x', { qos: 1 });
    await clean.client.subscribeAsync('b', { qos: 1 });
    await clean.client.publishAsync('b', 'y', { qos: 1 });
    await eventually(() => expect(clean.received.map(({ topic }) => topic)).toEqual(['b']));
  });

  it('lives until its expiry and not a second longer', async () => {
    let nowMs = 1_700_000_000_000;
    const { core } = await startIotCore({ clock: () => nowMs });
    const first = await connect(core, durable);
    await first.client.endAsync();

    nowMs += 3599_000;
    const second = await connect(core, durable);
    await second.client.endAsync();
    nowMs += 3600_000;
    const third = await connect(core, durable);

    expect([second.sessionPresent, third.sessionPresent]).toEqual([true, false]);
  });
});

describe('session expiry', () => {
  it('is capped by the quota', async () => {
    let nowMs = 1_700_000_000_000;
    const { core } = await startIotCore({ clock: () => nowMs, persistentSessionExpirySeconds: 60 });
    const options = { clientId: 'capped', clean: false, properties: { sessionExpiryInterval: 0xffffffff } };
    const first = await connect(core, options);
    expect(first.connack.properties).toMatchObject({ sessionExpiryInterval: 60 });
    await first.client.endAsync();

    nowMs += 60_000;

    expect((await connect(core, options)).sessionPresent).toBe(false);
  });

  it('is 0 for MQTT 5 unless the client asks for more', async () => {
    const { core } = await startIotCore();
    const first = await connect(core, { clientId: 'clean', clean: false });
    await first.client.endAsync();

    expect((await connect(core, { clientId: 'clean', clean: false })).sessionPresent).toBe(false);
  });

  it('of 0 ends a session at a takeover too', async () => {
    const { core } = await startIotCore();
    await connect(core, { clientId: 'clean', clean: false });

    expect((await connect(core, { clientId: 'clean', clean: false })).sessionPresent).toBe(false);
  });

  it('may be set to 0 by DISCONNECT', async () => {
    const { core } = await startIotCore();
    const options = { clientId: 'leaving', clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await connect(core, options);
    await first.client.endAsync(false, { properties: { sessionExpiryInterval: 0 } });

    expect((await connect(core, options)).sessionPresent).toBe(false);
  });

  it('may be made longer by DISCONNECT', async () => {
    let nowMs = 1_700_000_000_000;
    const { core } = await startIotCore({ clock: () => nowMs });
    const options = { clientId: 'staying', clean: false, properties: { sessionExpiryInterval: 10 } };
    const first = await connect(core, options);
    await first.client.endAsync(false, { properties: { sessionExpiryInterval: 100 } });

    nowMs += 99_000;

    expect((await connect(core, options)).sessionPresent).toBe(true);
  });

  it('may not be raised from 0 by DISCONNECT', async () => {
    const { core, observed } = await startIotCore();
    const client = await new RawClient(core, 5).connect({ clientId: 'wrong' });

    client.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 10 } });

    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
    expect(observed).toContainEqual(
      expect.objectContaining({ kind: 'disconnected', reason: 'CLIENT_ERROR' }),
    );
  });

  it('does not let the other version of MQTT resume the session', async () => {
    const { core } = await startIotCore();
    const [mqtt311, mqtt5] = DURABLE;
    await (await connect(core, mqtt311)).client.endAsync();

    expect((await connect(core, mqtt5)).sessionPresent).toBe(false);
    expect((await connect(core, mqtt311)).sessionPresent).toBe(false);
  });

  it('drops a message that has expired while it waited, and counts down for the others', async () => {
    let nowMs = 1_700_000_000_000;
    const { core } = await startIotCore({ clock: () => nowMs });
    const options = { clientId: 'late', clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await connect(core, options);
    await first.client.subscribeAsync('a', { qos: 1 });
    await first.client.endAsync();
    const publisher = await connect(core);
    const publish = (text: string, messageExpiryInterval: number) =>
      publisher.client.publishAsync('a', text, { qos: 1, properties: { messageExpiryInterval } });
    await publish('short', 5);
    await publish('long', 20);

    nowMs += 5_000;
    const { received } = await connect(core, options);

    await eventually(() => expect(received).toHaveLength(1));
    expect(received[0]).toMatchObject({
      text: 'long',
      packet: { properties: { messageExpiryInterval: 15 } },
    });
  });
});

describe('last will', () => {
  const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } as const;

  it.each([4, 5] as const)('of version %i goes out when the link is lost', async (protocolVersion) => {
    const { core } = await startIotCore();
    const watcher = await connect(core);
    await watcher.client.subscribeAsync('wills', { qos: 1 });
    const device = await connect(core, { protocolVersion, will });

    device.cut();

    await eventually(() => expect(watcher.received.map(({ text }) => text)).toEqual(['gone']));
  });

  it('goes out at a takeover', async () => {
    const { core } = await startIotCore();
    const watcher = await connect(core);
    await watcher.client.subscribeAsync('wills', { qos: 1 });
    await connect(core, { clientId: 'twin', will });

    await connect(core, { clientId: 'twin' });

    await eventually(() => expect(watcher.received.map(({ text }) => text)).toEqual(['gone']));
  });

  it('does not go out after DISCONNECT, unless the client asks for it', async () => {
    const { core } = await startIotCore();
    const watcher = await connect(core);
    await watcher.client.subscribeAsync('wills', { qos: 1 });
    const quiet = await connect(core, { will: { ...will, payload: Buffer.from('quiet') } });
    const loud = await connect(core, { will: { ...will, payload: Buffer.from('loud') } });

    await quiet.client.endAsync();
    await loud.client.endAsync(false, { reasonCode: 4 });

    await eventually(() => expect(watcher.received.map(({ text }) => text)).toEqual(['loud']));
  });
});
