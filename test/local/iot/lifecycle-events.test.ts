import { describe, expect, it } from 'vitest';
import type { IotCoreOptions } from '#local/iot/options';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, putLifecycleRules, startIotCore } from './start.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function startWithRules(options: Partial<IotCoreOptions> = {}) {
  const running = await startIotCore(options);
  putLifecycleRules(running.core);
  const events = () => running.invocations.map(({ payload }) => payload);
  const eventOf = (eventType: string, clientId: string) =>
    eventually(() => {
      const event = events().find((each) => each['eventType'] === eventType && each['clientId'] === clientId);
      if (event === undefined) throw new Error(`no ${eventType} of ${clientId}`);
      return event;
    });
  return { ...running, events, eventOf };
}

describe('lifecycle events', () => {
  it('have the documented keys and no others', async () => {
    const { core, eventOf } = await startWithRules();
    const before = Date.now();
    const { client } = await connect(core, { clientId: 'a/b' });
    await client.subscribeAsync(['x', 'y/#']);
    await client.unsubscribeAsync('x');
    await client.endAsync();

    const connected = await eventOf('connected', 'a/b');
    const identity = {
      clientId: 'a/b',
      timestamp: expect.any(Number),
      sessionIdentifier: expect.stringMatching(UUID),
      principalIdentifier: expect.stringMatching(/^[0-9a-f]{64}$/),
    };
    expect(connected).toEqual({
      ...identity,
      eventType: 'connected',
      ipAddress: '127.0.0.1',
      versionNumber: 0,
    });
    expect(await eventOf('subscribed', 'a/b')).toEqual({
      ...identity,
      eventType: 'subscribed',
      topics: ['x', 'y/#'],
    });
    expect(await eventOf('unsubscribed', 'a/b')).toEqual({
      ...identity,
      eventType: 'unsubscribed',
      topics: ['x'],
    });
    expect(await eventOf('disconnected', 'a/b')).toEqual({
      ...identity,
      eventType: 'disconnected',
      clientInitiatedDisconnect: true,
      disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
      versionNumber: 0,
    });
    expect(connected['timestamp']).toBeGreaterThanOrEqual(before);
  });

  it('name a lost connection', async () => {
    const { core, eventOf } = await startWithRules();

    (await connect(core, { clientId: 'lost' })).cut();

    expect(await eventOf('disconnected', 'lost')).toMatchObject({
      clientInitiatedDisconnect: false,
      disconnectReason: 'CONNECTION_LOST',
    });
  });

  it('of a refused client name the reason', async () => {
    const { core, eventOf } = await startWithRules({ authorize: () => false });

    await new RawClient(core, 5).connect({ clientId: 'stranger' });

    expect(await eventOf('connect_failed', 'stranger')).toEqual({
      clientId: 'stranger',
      timestamp: expect.any(Number),
      eventType: 'connect_failed',
      connectFailureReason: 'AUTHORIZATION_FAILED',
      sessionIdentifier: expect.stringMatching(UUID),
      principalIdentifier: expect.any(String),
      ipAddress: '127.0.0.1',
    });
  });

  it('count a client up, and give each connection an identifier of its own', async () => {
    const { core, events } = await startWithRules();
    for (let round = 0; round < 3; round += 1) {
      await (await connect(core, { clientId: 'again' })).client.endAsync();
    }

    await eventually(() => expect(events()).toHaveLength(6));
    const versions = events().map(({ eventType, versionNumber }) => [eventType, versionNumber]);
    expect(versions).toEqual(
      [0, 1, 2].flatMap((version) => [
        ['connected', version],
        ['disconnected', version],
      ]),
    );
    expect(new Set(events().map(({ sessionIdentifier }) => sessionIdentifier)).size).toBe(3);
  });

  it('count from 0 again after an hour without a connection', async () => {
    let nowMs = 1_700_000_000_000;
    const { core, observed } = await startIotCore({ clock: () => nowMs });
    const versionAfter = async (waitMs: number) => {
      nowMs += waitMs;
      await (await connect(core, { clientId: 'rare' })).client.endAsync();
      await eventually(() => expect(observed.at(-1)?.kind).toBe('disconnected'));
      const last = observed.at(-1);
      return last?.kind === 'disconnected' ? last.versionNumber : undefined;
    };

    expect(await versionAfter(0)).toBe(0);
    expect(await versionAfter(3_599_000)).toBe(1);
    expect(await versionAfter(3_600_000)).toBe(0);
  });

  it('give the old connection its own version number at a takeover', async () => {
    const { core, events } = await startWithRules();
    await connect(core, { clientId: 'twin' });
    await connect(core, { clientId: 'twin' });

    await eventually(() => expect(events()).toHaveLength(3));
    expect(events()).toContainEqual(
      expect.objectContaining({ disconnectReason: 'DUPLICATE_CLIENTID', versionNumber: 0 }),
    );
    expect(events()).toContainEqual(expect.objectContaining({ eventType: 'connected', versionNumber: 1 }));
  });

  it('do not tell of subscriptions that come back with a session', async () => {
    const { core, events } = await startWithRules();
    const options = { clientId: 'durable', clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await connect(core, options);
    await first.client.subscribeAsync('a');
    await first.client.endAsync();
    await connect(core, options);

    await eventually(() => expect(events()).toHaveLength(4));
    expect(events().map(({ eventType }) => eventType)).toEqual([
      'connected',
      'subscribed',
      'disconnected',
      'connected',
    ]);
  });

  it('do not exist for client identifiers with a wildcard', async () => {
    const { core, events, eventOf } = await startWithRules();

    await connect(core, { clientId: 'a+b' });
    await connect(core, { clientId: 'a#b' });
    await connect(core, { clientId: 'ab' });

    await eventOf('connected', 'ab');
    expect(events()).toHaveLength(1);
  });

  it('reach subscribers that name the topic, and no plain #', async () => {
    const { core } = await startIotCore();
    const watcher = await connect(core);
    await watcher.client.subscribeAsync(['#', '$aws/events/presence/connected/#']);

    await connect(core, { clientId: 'device' });

    await eventually(() => expect(watcher.received).toHaveLength(1));
    expect(watcher.received[0]?.topic).toBe('$aws/events/presence/connected/device');
    expect(JSON.parse(watcher.received[0]?.text ?? '')).toMatchObject({ clientId: 'device' });
  });

  it('come late, twice and out of order when told to', async () => {
    const delaysMs = [1_000, 0];
    const { core, events } = await startWithRules({
      disturb: { delayEventMs: () => delaysMs.shift() ?? 0, duplicateEvent: () => delaysMs.length === 1 },
    });

    const { client } = await connect(core, { clientId: 'late' });
    await client.endAsync();

    await eventually(() => expect(events()).toHaveLength(3));
    const kinds = events().map(({ eventType }) => eventType);
    expect(kinds).toEqual(['disconnected', 'disconnected', 'connected']);
  });
});
