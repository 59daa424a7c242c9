import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { Fleet } from './fleet.ts';
import { expectInOrder } from './on-time.ts';

const SENT = Array.from({ length: 20 }, (_, index) => `message ${index}`);

describe('a client that was away', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      durableTopics: ['#'],
      policies: [{ clients: 'durable-*', sessionExpiryInterval: 3600 }],
    });
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function missMessages(clientId: string, protocolVersion: 4 | 5, isNoted: boolean) {
    const before = await fleet.connect(clientId, { protocolVersion });
    await before.client.subscribeAsync(`doors/${clientId}/#`, { qos: 1 });
    if (isNoted) await fleet.subscribed(clientId, `doors/${clientId}/#`);
    before.cut();
    const publisher = await fleet.connect('publisher');
    for (const text of SENT) await publisher.client.publishAsync(`doors/${clientId}/a`, text, { qos: 1 });
    if (isNoted) await fleet.loggedOn(`doors/${clientId}/a`, SENT.length);
    return fleet.connect(clientId, { protocolVersion });
  }

  it.each([
    ['MQTT 3.1.1', 4],
    ['MQTT 5', 5],
  ] as const)(
    'gets what it missed, once and in order, without subscribing again, over %s',
    async (_, protocolVersion) => {
      const clientId = `durable-${protocolVersion}`;
      const after = await missMessages(clientId, protocolVersion, true);
      const late = await fleet.late(`doors/${clientId}/a`);
      await eventually(() => expectInOrder(after.texts(), SENT, late), 40_000);
      expect((await fleet.session(clientId))?.sessionPresent).toBe(true);
    },
    60_000,
  );

  it('gets all of it even if its link was cut before the service had heard of its subscription', async () => {
    const after = await missMessages('durable-hasty', 5, false);
    await eventually(() => expect(after.texts().toSorted()).toEqual(SENT.toSorted()), 80_000);
  }, 100_000);
});
