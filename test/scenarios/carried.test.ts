import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectThroughIotCore, type IotCoreConnectOptions } from '#client/connect-through-iot-core';
import { eventually } from '#test/local/eventually';
import { Device, Fleet } from './fleet.ts';
import { SilentLink } from './silent-link.ts';

const SESSION = { properties: { sessionExpiryInterval: 3600 } };

interface Connected {
  readonly client: MqttClient;
  readonly sessionPresent: boolean;
  readonly received: string[];
}

describe('an MQTT connection that AWS IoT Core carries', { retry: 2 }, () => {
  let fleet: Fleet;
  const clients: MqttClient[] = [];
  beforeAll(async () => {
    fleet = await Fleet.start({
      policies: [{ clients: 'carried-*', edge: 'packets' }],
      settings: { settleSeconds: 0.5 },
    });
  }, 120_000);
  afterAll(async () => {
    for (const client of clients) client.end(true);
    await fleet?.stop();
  });

  /** A link to AWS IoT Core that can be cut. */
  async function linkToIotCore() {
    const link = await SilentLink.to(fleet.cloud.endpoints.mqtt);
    onTestFinished(() => link.close());
    return { url: `mqtt://127.0.0.1:${link.port}`, link };
  }

  async function connect(clientId: string, options: Partial<IotCoreConnectOptions> = {}): Promise<Connected> {
    const client = connectThroughIotCore({
      url: fleet.cloud.endpoints.mqtt,
      clientId,
      backOff: { maximumMs: 100 },
      mqtt: SESSION,
      ...options,
    });
    clients.push(client);
    const received: string[] = [];
    client.on('message', (topic, payload) => received.push(`${topic} ${payload}`));
    const sessionPresent = await new Promise<boolean>((resolve) => {
      client.once('connect', (connack) => resolve(connack.sessionPresent));
    });
    return { client, received, sessionPresent };
  }

  it('has QoS 2 and Session Present, with what was published meanwhile', async () => {
    const display = await connect('carried-display');
    const sensor = await connect('carried-sensor');
    await display.client.subscribeAsync('doors/#', { qos: 2 });
    await sensor.client.publishAsync('doors/1', 'open', { qos: 2 });
    await eventually(() => expect(display.received).toEqual(['doors/1 open']));
    await display.client.endAsync();
    await sensor.client.publishAsync('doors/1', 'closed', { qos: 2 });
    const again = await connect('carried-display');
    expect(again.sessionPresent).toBe(true);
    await eventually(() => expect(again.received).toEqual(['doors/1 closed']));
    const other = await connect('carried-other');
    expect(other.sessionPresent).toBe(false);
  });

  it('goes on after its link was cut, with nothing lost and nothing twice', async () => {
    const { url, link } = await linkToIotCore();
    const display = await connect('carried-cut-display', { url });
    await display.client.subscribeAsync('steps/#', { qos: 2 });
    const sensor = await connect('carried-cut-sensor', { url });
    const published: Promise<unknown>[] = [];
    for (let step = 0; step < 12; step += 1) {
      published.push(sensor.client.publishAsync('steps/1', String(step), { qos: 2 }));
      if (step % 6 === 3) {
        link.cut();
        await eventually(() => expect([sensor, display].some(({ client }) => client.connected)).toBe(false));
      }
    }
    await Promise.all(published);
    const all = Array.from({ length: 12 }, (_, step) => `steps/1 ${step}`);
    await eventually(() => expect(display.received).toEqual(all), 20_000);
  }, 60_000);

  it('has its will published when the broker says that its device is gone', async () => {
    const watcher = await connect('carried-watcher');
    await watcher.client.subscribeAsync('gone/#', { qos: 1 });
    const will = { topic: 'gone/1', payload: Buffer.from('without a word'), qos: 1, retain: false } as const;
    const { url, link } = await linkToIotCore();
    await connect('carried-mortal', { url, mqtt: { ...SESSION, will } });
    const polite = await connect('carried-polite', {
      mqtt: { ...SESSION, will: { ...will, topic: 'gone/2' } },
    });
    await polite.client.endAsync();
    link.close();
    await eventually(() => expect(watcher.received).toEqual(['gone/1 without a word']));
  });

  it('is taken over by a connection to a listener, and told so [MQTT-3.1.4-3]', async () => {
    const device = await connect('carried-roaming');
    const disconnected = new Promise<number | undefined>((resolve) => {
      device.client.on('disconnect', ({ reasonCode }) => resolve(reasonCode));
    });
    device.client.options.reconnectPeriod = 0;
    const { packets = '' } = fleet.cloud.endpoints;
    const elsewhere = await Device.connect(packets, {
      clientId: 'carried-roaming',
      clean: false,
      protocolVersion: 5,
      ...SESSION,
    });
    onTestFinished(() => elsewhere.disconnect());
    expect(elsewhere.brokerSessionPresent).toBe(true);
    expect(await disconnected).toBe(0x8e);
  });

  it('speaks MQTT 3.1.1 as well, with a session that lasts [MQTT-3.1.2-4]', async () => {
    const mqtt = { protocolVersion: 4, clean: false } as const;
    const device = await connect('carried-old', { mqtt });
    await device.client.subscribeAsync('old/#', { qos: 2 });
    await device.client.endAsync();
    const again = await connect('carried-old', { mqtt });
    expect([device.sessionPresent, again.sessionPresent]).toEqual([false, true]);
    await again.client.publishAsync('old/1', 'as ever', { qos: 2 });
    await eventually(() => expect(again.received).toEqual(['old/1 as ever']));
  });

  it('refuses a message that no frame can hold, and goes on', async () => {
    const device = await connect('carried-large');
    const tooLarge = Buffer.alloc(140_000);
    await expect(device.client.publishAsync('large', tooLarge, { qos: 1 })).rejects.toThrow(
      /AWS IoT Core carries at most/,
    );
    await device.client.subscribeAsync('large', { qos: 1 });
    await device.client.publishAsync('large', Buffer.alloc(120_000, 'x'), { qos: 1 });
    await eventually(() => expect(device.received.map(({ length }) => length)).toEqual([120_006]));
  });
});
