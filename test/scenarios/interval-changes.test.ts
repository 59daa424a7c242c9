import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TimeToLive } from '#local/dynamodb/time-to-live';
import { NEVER } from '#session/expiry';
import { newestConnection } from '#session/session';
import { eventually } from '#test/local/eventually';
import { BRIEF_SECONDS, CONFIGURATION } from './configuration.ts';
import { type Device, Fleet } from './fleet.ts';
import { declare, messagesTo, noticeTo } from './notices.ts';

const TEN_YEARS_SECONDS = 10 * 365 * 86_400;

describe('a Session Expiry Interval', () => {
  let fleet: Fleet;
  let publisher: Device;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION);
    publisher = await fleet.connect('publisher');
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function connectAndSubscribe(clientId: string): Promise<Device> {
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync(`data/interval/${clientId}`, { qos: 1 });
    await fleet.subscribed(clientId, `data/interval/${clientId}`);
    return device;
  }

  function publish(clientId: string, text: string) {
    return publisher.client.publishAsync(`data/interval/${clientId}`, text, { qos: 1 });
  }

  it.concurrent('declared as 0 just before DISCONNECT ends the session at once', async () => {
    const clientId = 'declaring-zero';
    const before = await connectAndSubscribe(clientId);
    await declare(before, { sessionExpiryInterval: 0 });
    await before.disconnect();
    await eventually(async () => {
      expect(fleet.events('session.ended')).toContainEqual(
        expect.objectContaining({ clientId, reason: 'disconnected', sessionExpiryInterval: 0 }),
      );
    }, 30_000);
    await eventually(async () => {
      const subscriptions = await fleet.items('Subscriptions');
      expect(subscriptions.filter((item) => item['clientId'] === clientId)).toEqual([]);
    });
    await publish(clientId, 'missed');
    const after = await fleet.connect(clientId);
    expect((await noticeTo(after)).sessionPresent).toBe(false);
    // Nothing old is owed to it.
    expect((await fleet.session(clientId))?.owesDelivery).toBe(false);
    expect(messagesTo(after)).toEqual([]);
  }, 90_000);

  it.concurrent('of 0 cannot be raised at DISCONNECT', async () => {
    const clientId = 'declaring-too-late';
    const before = await fleet.connect(clientId);
    await declare(before, { sessionExpiryInterval: 0 });
    await declare(before, { sessionExpiryInterval: 600 });
    await before.disconnect();
    await eventually(async () => expect((await fleet.session(clientId))?.status).toBe('ended'), 30_000);
    const after = await fleet.connect(clientId);
    expect((await noticeTo(after)).sessionPresent).toBe(false);
  }, 90_000);

  it.concurrent('declared as longer just before DISCONNECT keeps the session longer', async () => {
    const clientId = 'declaring-longer';
    const before = await connectAndSubscribe(clientId);
    await declare(before, { sessionExpiryInterval: BRIEF_SECONDS });
    await declare(before, { sessionExpiryInterval: 600 });
    await before.disconnect();
    await publish(clientId, 'missed');
    const endedAtMs = await eventually(async () => {
      const session = await fleet.session(clientId);
      const disconnectedAtMs = session && newestConnection(session).disconnectedAtMs;
      expect(session?.endsAtMs).toBe((disconnectedAtMs ?? Number.NaN) + 600_000);
      return disconnectedAtMs ?? 0;
    }, 30_000);
    // Past the end that it had before.
    await delay(endedAtMs + (BRIEF_SECONDS + 1) * 1000 - Date.now());
    const after = await fleet.connect(clientId);
    expect(await noticeTo(after)).toEqual({ sessionPresent: true, sessionExpiryInterval: BRIEF_SECONDS });
    await eventually(() => expect(messagesTo(after)).toEqual(['missed']), 40_000);
    expect(fleet.events('session.expired')).not.toContainEqual(expect.objectContaining({ clientId }));
  }, 90_000);

  it('of never does not end, whatever the time', async () => {
    const clientId = 'never-ending';
    const before = await connectAndSubscribe(clientId);
    before.cut();
    await publish(clientId, 'missed');
    await fleet.away(clientId);
    const [item] = (await fleet.items('Sessions')).filter((each) => each['clientId'] === clientId);
    expect(item).not.toHaveProperty('expiresAt');
    expect(await fleet.session(clientId)).toMatchObject({ sessionExpiryInterval: NEVER });
    await fleet.logged(1);
    // As TTL would look at the sessions in ten years.
    const table = {
      name: fleet.cloud.endpoints.tables['Sessions'] ?? '',
      keyAttributes: ['clientId'],
      timeToLiveAttribute: 'expiresAt',
      streamArn: undefined,
    };
    await new TimeToLive(fleet.cloud.dynamoDb, [table], { delaySeconds: -TEN_YEARS_SECONDS }).sweep();
    const after = await fleet.connect(clientId);
    await eventually(() => expect(messagesTo(after)).toEqual(['missed']), 40_000);
    expect((await fleet.session(clientId))?.sessionPresent).toBe(true);
  }, 90_000);
});
