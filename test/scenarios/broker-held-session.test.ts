import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { BROKER_SESSION_SECONDS, CONFIGURATION } from './configuration.ts';
import { type Device, Fleet } from './fleet.ts';
import { messagesTo, noticeTo } from './notices.ts';

const MISSED = ['missed 1', 'missed 2', 'missed 3'];

describe('a client with a persistent session of the broker’s own', () => {
  let fleet: Fleet;
  let publisher: Device;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION, { persistentSessionExpirySeconds: BROKER_SESSION_SECONDS });
    publisher = await fleet.connect('publisher');
  }, 120_000);
  afterAll(() => fleet?.stop());

  function connect(clientId: string, protocolVersion: 4 | 5) {
    const properties = { properties: { sessionExpiryInterval: 3_600 } };
    return fleet.connect(clientId, {
      protocolVersion,
      clean: false,
      ...(protocolVersion === 5 && properties),
    });
  }

  /** Connects, subscribes, loses its link and misses messages; when that was. */
  async function missMessages(clientId: string, protocolVersion: 4 | 5): Promise<number> {
    const topic = `data/held/${clientId}`;
    const before = await connect(clientId, protocolVersion);
    await before.client.subscribeAsync(topic, { qos: 1 });
    await fleet.subscribed(clientId, topic);
    await noticeTo(before);
    before.cut();
    const cutAtMs = Date.now();
    for (const text of MISSED) await publisher.client.publishAsync(topic, text, { qos: 1 });
    return cutAtMs;
  }

  /** Comes back while the broker's session lives; a machine too busy for that has it try once more. */
  async function returnInTime(clientIds: Iterable<string>, protocolVersion: 4 | 5): Promise<Device> {
    for (const clientId of clientIds) {
      const cutAtMs = await missMessages(clientId, protocolVersion);
      const device = await connect(clientId, protocolVersion);
      if (Date.now() < cutAtMs + BROKER_SESSION_SECONDS * 1000) return device;
      await device.disconnect();
    }
    throw new Error('No client came back while the broker still held its session');
  }

  it.concurrent.each([4, 5] as const)(
    'gets nothing twice while that lives (version %i)',
    async (version) => {
      const after = await returnInTime(
        [1, 2, 3].map((count) => `durable-lives-${version}-${count}`),
        version,
      );
      const clientId = after.client.options.clientId ?? '';
      expect(after.brokerSessionPresent).toBe(true);
      await eventually(() => expect(messagesTo(after)).toEqual(MISSED));
      expect((await noticeTo(after)).sessionPresent).toBe(true);
      // The service has looked, and leaves all of it to the broker.
      expect(await fleet.session(clientId)).toMatchObject({ owesDelivery: false, delivered: 0 });
    },
    90_000,
  );

  it.concurrent.each([
    [4, false],
    [5, false],
    [4, true],
    [5, true],
  ] as const)(
    'gets all of it from the service when that has gone (version %i, subscribes again at once: %s)',
    async (version, subscribes) => {
      const clientId = `durable-gone-${version}-${subscribes}`;
      // It is no longer the first connection when the broker forgets it, and counts from 0 again.
      await (await connect(clientId, version)).disconnect();
      const cutAtMs = await missMessages(clientId, version);
      await delay(cutAtMs + (BROKER_SESSION_SECONDS + 1) * 1000 - Date.now());
      const after = await connect(clientId, version);
      if (subscribes) await after.client.subscribeAsync(`data/held/${clientId}`, { qos: 1 });
      expect(after.brokerSessionPresent).toBe(false);
      await eventually(() => expect(messagesTo(after).sort()).toEqual(MISSED), 40_000);
      expect(await fleet.session(clientId)).toMatchObject({ status: 'connected' });
    },
    90_000,
  );
});
