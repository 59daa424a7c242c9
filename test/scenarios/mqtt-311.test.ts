import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { BROKER_SESSION_SECONDS, CONFIGURATION, MQTT_311_SECONDS } from './configuration.ts';
import { type Device, Fleet } from './fleet.ts';
import { messagesTo, noticeTo } from './notices.ts';

describe('a client of MQTT 3.1.1, whose protocol sets no lifetime', () => {
  let fleet: Fleet;
  let publisher: Device;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION, { persistentSessionExpirySeconds: BROKER_SESSION_SECONDS });
    publisher = await fleet.connect('publisher');
  }, 120_000);
  afterAll(() => fleet?.stop());

  function connect(clientId: string, clean: boolean) {
    return fleet.connect(clientId, { protocolVersion: 4, clean });
  }

  /** Connects, subscribes, loses its link and misses a message; when that was. */
  async function missMessage(clientId: string, clean: boolean): Promise<number> {
    const topic = `data/mqtt311/${clientId}`;
    const before = await connect(clientId, clean);
    await before.client.subscribeAsync(topic, { qos: 1 });
    await fleet.subscribed(clientId, topic);
    await eventually(async () => {
      expect((await fleet.session(clientId))?.sessionExpiryInterval).toBe(clean ? 0 : MQTT_311_SECONDS);
    }, 30_000);
    before.cut();
    const cutAtMs = Date.now();
    await publisher.client.publishAsync(topic, 'missed', { qos: 1 });
    return cutAtMs;
  }

  it.concurrent('has with Clean Session 1 a session that ends with its connection', async () => {
    const clientId = 'broker-clean';
    await missMessage(clientId, true);
    await eventually(async () => expect((await fleet.session(clientId))?.status).toBe('ended'), 30_000);
    const after = await connect(clientId, true);
    expect(await noticeTo(after)).toEqual({ sessionPresent: false, sessionExpiryInterval: 0 });
    expect((await fleet.session(clientId))?.owesDelivery).toBe(false);
    expect(messagesTo(after)).toEqual([]);
  }, 90_000);

  it.concurrent('has with Clean Session 0 one that outlives the broker’s own', async () => {
    const clientId = 'broker-persistent';
    const cutAtMs = await missMessage(clientId, false);
    await delay(cutAtMs + (BROKER_SESSION_SECONDS + 1) * 1000 - Date.now());
    const after = await connect(clientId, false);
    expect(after.brokerSessionPresent).toBe(false);
    const present = { sessionPresent: true, sessionExpiryInterval: MQTT_311_SECONDS };
    expect(await noticeTo(after)).toEqual(present);
    await eventually(() => expect(messagesTo(after)).toEqual(['missed']), 40_000);
  }, 90_000);

  it.concurrent('has lost that one when the configured lifetime is over', async () => {
    const clientId = 'broker-late';
    const cutAtMs = await missMessage(clientId, false);
    await delay(cutAtMs + (MQTT_311_SECONDS + 1) * 1000 - Date.now());
    const after = await connect(clientId, false);
    const absent = { sessionPresent: false, sessionExpiryInterval: MQTT_311_SECONDS };
    expect(await noticeTo(after)).toEqual(absent);
    expect((await fleet.session(clientId))?.owesDelivery).toBe(false);
    expect(messagesTo(after)).toEqual([]);
  }, 90_000);
});
