import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';
import { MIXED_FLEET, SETTLE_SECONDS } from './mixed-fleet.ts';

describe('messages that may not wait for ever', () => {
  let fleet: Fleet;
  let publisher: Device;
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET);
    publisher = await fleet.connect('publisher');
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function leave(clientId: string, filter: string): Promise<void> {
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync(filter, { qos: 1 });
    await fleet.subscribed(clientId, filter);
    device.cut();
    await fleet.away(clientId);
  }

  /** One after the other, so that their order is beyond doubt. */
  async function publish(topic: string, payloads: readonly string[], expirySeconds?: number) {
    const properties =
      expirySeconds === undefined
        ? {}
        : { properties: { userProperties: { 'message-expiry-interval': String(expirySeconds) } } };
    for (const payload of payloads)
      await publisher.client.publishAsync(topic, payload, { qos: 1, ...properties });
  }

  /** Limits are applied to what has settled when the client returns. */
  async function settled(topic: string, count: number): Promise<void> {
    await eventually(async () => {
      const items = (await fleet.items('Messages')).filter((item) => item['topic'] === topic);
      expect(new Set(items.map((item) => item['messageId'])).size).toBe(count);
    }, 40_000);
    const settledAtMs = Date.now() + SETTLE_SECONDS * 1000;
    await eventually(() => expect(Date.now()).toBeGreaterThan(settledAtMs));
  }

  async function drops(clientId: string) {
    const session = await fleet.session(clientId);
    const last = (session?.lastDrops ?? []).map(({ reason, topic }) => ({ reason, topic }));
    return { drops: session?.drops, last, delivered: session?.delivered };
  }

  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);
  const kilobytes = (count: number) =>
    Array.from({ length: count }, (_, index) => `${index} `.padEnd(1000, '.'));

  it.concurrent.each([
    ['oldest-five-1', 'overflowMessages', numbered(12), numbered(12).slice(-5)],
    ['newest-five-1', 'overflowMessages', numbered(12), numbered(12).slice(0, 5)],
    ['oldest-4000-bytes-1', 'overflowBytes', kilobytes(10), kilobytes(10).slice(-3)],
    ['newest-4000-bytes-1', 'overflowBytes', kilobytes(10), kilobytes(10).slice(0, 3)],
  ] as const)(
    '%s: too many waiting, and the rest is a drop by its reason',
    async (...row) => {
      const [clientId, reason, sent, kept] = row;
      const topic = `fleet/overflow/${clientId}`;
      await leave(clientId, topic);
      await publish(topic, sent);
      await settled(topic, sent.length);

      const returned = await fleet.connect(clientId);

      await eventually(() => expect(returned.texts()).toEqual(kept), 30_000);
      await eventually(async () => {
        expect(await drops(clientId)).toEqual({
          drops: { [reason]: sent.length - kept.length },
          last: Array.from({ length: 3 }, () => ({ reason, topic })),
          delivered: kept.length,
        });
      }, 40_000);
    },
    60_000,
  );

  it.concurrent('expire when the durable topic says so', async () => {
    const clientId = 'durable-topic-expiry';
    await leave(clientId, '+/topic-expiry');
    await publish('brief/topic-expiry', ['stale']);
    await settled('brief/topic-expiry', 1);
    await publish('fleet/topic-expiry', ['fresh']);

    const returned = await fleet.connect(clientId);

    await eventually(() => expect(returned.texts()).toEqual(['fresh']), 30_000);
    await eventually(async () => {
      expect(await drops(clientId)).toEqual({
        drops: { expired: 1 },
        last: [{ reason: 'expired', topic: 'brief/topic-expiry' }],
        delivered: 1,
      });
    }, 40_000);
  }, 60_000);

  it.concurrent('expire when their publisher says so', async () => {
    const clientId = 'durable-publisher-expiry';
    const topic = 'fleet/publisher-expiry';
    await leave(clientId, topic);
    await publish(topic, ['stale 1', 'stale 2'], 2);
    await publish(topic, ['fresh 1'], 600);
    await publish(topic, ['fresh 2']);
    await settled(topic, 4);

    const returned = await fleet.connect(clientId);

    await eventually(() => expect(returned.texts()).toEqual(['fresh 1', 'fresh 2']), 30_000);
    await eventually(async () => {
      expect(await drops(clientId)).toMatchObject({ drops: { expired: 2 }, delivered: 2 });
    }, 40_000);
  }, 60_000);
});
