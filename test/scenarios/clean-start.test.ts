import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudObservation } from '#local/cloud-observation';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';

const DECLARATION_TOPIC = '$aws/rules/mqtt_sessions_session/start';

describe('a clean start that the device declares', () => {
  let fleet: Fleet;
  /** The lifecycle function dies as soon as it has written such a session. */
  let dieAfterWriteOf: string | undefined;
  let deaths = 0;

  const observe = (event: CloudObservation) => {
    if (event.kind !== 'dynamoDbRequest' || dieAfterWriteOf === undefined) return;
    if (event.operation !== 'PutItem' && event.operation !== 'UpdateItem') return;
    const text = event.body.toString();
    if (!text.includes('Sessions') || !text.includes(dieAfterWriteOf) || !text.includes('endedIncarnation'))
      return;
    dieAfterWriteOf = undefined;
    void fleet.cloud
      .function('lifecycle')
      .kill()
      .then((count) => {
        deaths += count;
      });
  };
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET, { observe, retryDelaysSeconds: [0.2, 0.4] });
  }, 120_000);
  afterAll(() => fleet?.stop());

  /** A client that was away while messages came for it. */
  async function expected(clientId: string, topic: string): Promise<string> {
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync([`${topic}/#`, 'fleet/everybody'], { qos: 1 });
    await fleet.subscribed(clientId, `${topic}/#`);
    await fleet.subscribed(clientId, 'fleet/everybody');
    device.cut();
    const publisher = await fleet.connect(`publisher of ${clientId}`);
    for (let index = 0; index < 10; index += 1)
      await publisher.client.publishAsync(`${topic}/a`, `of the old life ${index}`, { qos: 1 });
    await fleet.away(clientId);
    return (await fleet.session(clientId))?.incarnation ?? '';
  }

  /** What a function has taken from the queue, and not deleted yet. */
  function deliveriesUnderWayTo(clientId: string) {
    const requests = fleet.cloud.queue('Deliveries').list();
    return requests.filter(({ body, receiveCount }) => receiveCount > 0 && body.includes(clientId));
  }

  async function declare(device: Device): Promise<void> {
    await device.client.publishAsync(DECLARATION_TOPIC, JSON.stringify({ cleanStart: true }), { qos: 1 });
  }

  /** Nothing of the old life: no session, no subscription, no message. */
  async function expectNothingOld(clientId: string, topic: string, device: Device, oldLife: string) {
    await eventually(async () => {
      const session = await fleet.session(clientId);
      expect(session?.incarnation).not.toBe(oldLife);
      expect(session).toMatchObject({ sessionPresent: false, status: 'connected', owesDelivery: false });
    }, 40_000);
    // A delivery that is under way gives way at its next checkpoint.
    await eventually(() => expect(deliveriesUnderWayTo(clientId)).toEqual([]), 40_000);
    // From now on the old life must not be seen; what it had subscribed to is published to nobody.
    const seen = device.received.length;
    const publisher = await fleet.connect(`second publisher of ${clientId}`);
    await publisher.client.publishAsync(`${topic}/a`, 'for the old subscription', { qos: 1 });
    await eventually(async () => {
      const items = await fleet.items('Subscriptions');
      expect(items.filter((item) => item['clientId'] === clientId)).toEqual([]);
      expect(fleet.events('session.ended')).toContainEqual(
        expect.objectContaining({ clientId, incarnation: oldLife, reason: 'cleanStart' }),
      );
    }, 30_000);
    const renewed = `fleet/renewed/${clientId}`;
    await device.client.subscribeAsync(renewed, { qos: 1 });
    await fleet.subscribed(clientId, renewed);
    device.cut();
    await publisher.client.publishAsync(`${topic}/a`, 'for the old subscription', { qos: 1 });
    await publisher.client.publishAsync(renewed, 'of the new life', { qos: 1 });
    await fleet.away(clientId);
    const returned = await fleet.connect(clientId);
    await eventually(() => expect(returned.texts()).toEqual(['of the new life']), 40_000);
    expect(device.received.length).toBe(seen);
  }

  it.concurrent.each([0, 300, 900, 1500, 2500])(
    'leaves nothing of the old life %d ms after the connection began',
    async (afterMs) => {
      const clientId = `durable-clean-after-${afterMs}`;
      const topic = `fleet/clean/${afterMs}`;
      const oldLife = await expected(clientId, topic);
      const device = await fleet.connect(clientId);
      await delay(afterMs);
      await declare(device);
      await expectNothingOld(clientId, topic, device, oldLife);
    },
    120_000,
  );

  it('leaves nothing of the old life although its process dies right after it', async () => {
    const clientId = 'durable-clean-death';
    const oldLife = await expected(clientId, 'fleet/death');
    const device = await fleet.connect(clientId);
    dieAfterWriteOf = clientId;
    await declare(device);
    await eventually(() => expect(deaths).toBeGreaterThan(0));
    await expectNothingOld(clientId, 'fleet/death', device, oldLife);
  }, 120_000);
});
