import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestConnection } from '#session/session';
import { eventually } from '#test/local/eventually';
import { CONFIGURATION } from './configuration.ts';
import { Device, Fleet } from './fleet.ts';

interface WillOptions {
  readonly delaySeconds: number;
  readonly sessionExpiryInterval: number;
}

describe('the will of a client of the packet edge', () => {
  let fleet: Fleet;
  const devices: Device[] = [];
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION, { timeToLiveDelaySeconds: 0 });
  }, 120_000);
  afterAll(async () => {
    for (const device of devices) device.client.end(true);
    await fleet?.stop();
  });

  async function connect(clientId: string, options: object = {}): Promise<Device> {
    const url = fleet.cloud.endpoints.packets ?? '';
    const device = await Device.connect(url, { clientId, protocolVersion: 5, ...options });
    devices.push(device);
    return device;
  }

  /** Somebody who listens, and a client whose link breaks. */
  async function lostClient({ delaySeconds, sessionExpiryInterval }: WillOptions) {
    const clientId = `lost/${randomUUID()}`;
    const topic = `wills/${clientId}`;
    const witness = await connect(`witness/${clientId}`);
    await witness.client.subscribeAsync(topic, { qos: 2 });
    const client = await connect(clientId, {
      clean: false,
      properties: { sessionExpiryInterval },
      will: {
        topic,
        payload: Buffer.from('gone'),
        qos: 2,
        properties: { willDelayInterval: delaySeconds },
      },
    });
    client.cut();
    await fleet.away(clientId);
    const session = await fleet.session(clientId);
    const endedAtMs = (session && newestConnection(session).disconnectedAtMs) ?? 0;
    return { clientId, topic, witness, endedAtMs };
  }

  it.concurrent('comes after its delay, once, also when the function that handles it is killed', async () => {
    const { witness, endedAtMs } = await lostClient({ delaySeconds: 2, sessionExpiryInterval: 600 });
    await delay(endedAtMs + 2_000 - Date.now());
    const packets = fleet.cloud.function('packets');
    await eventually(async () => expect(await packets.kill()).toBeGreaterThan(0));
    await eventually(() => expect(witness.texts()).toEqual(['gone']));
    expect((witness.received[0]?.atMs ?? 0) - endedAtMs).toBeGreaterThanOrEqual(2_000);
    await eventually(() => expect(fleet.cloud.isIdle(1)).toBe(true));
    expect(witness.texts()).toEqual(['gone']);
  });

  it.concurrent('comes when TTL has removed its session, although the request for it was lost', async () => {
    const { clientId, witness, endedAtMs } = await lostClient({
      delaySeconds: 3_600,
      sessionExpiryInterval: 2,
    });
    await eventually(() => {
      const requests = fleet.cloud.queue('PacketRequests').list();
      const lost = requests.filter(({ body }) => body.includes(clientId));
      expect(lost).toHaveLength(1);
      for (const request of lost) request.visibleAtMs = Number.POSITIVE_INFINITY;
    });
    await eventually(() => expect(witness.texts()).toEqual(['gone']));
    expect((witness.received[0]?.atMs ?? 0) - endedAtMs).toBeGreaterThanOrEqual(2_000);
    expect(await fleet.session(clientId)).toBeUndefined();
  });

  it.concurrent("reaches the broker's own subscribers too", async () => {
    const clientId = `lost/${randomUUID()}`;
    const topic = `wills/${clientId}`;
    const witness = await fleet.connect(`witness/${randomUUID()}`);
    await witness.client.subscribeAsync(topic, { qos: 1 });
    const client = await connect(clientId, { will: { topic, payload: Buffer.from('gone'), qos: 1 } });
    client.cut();
    await eventually(() => expect(witness.texts()).toEqual(['gone']));
  });
});
