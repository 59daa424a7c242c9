import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetails } from '#history/event-schemas';
import { TimeToLive } from '#local/dynamodb/time-to-live';
import { newestConnection } from '#session/session';
import { eventually } from '#test/local/eventually';
import { BRIEF_SECONDS, CONFIGURATION } from './configuration.ts';
import { type Device, Fleet } from './fleet.ts';
import { askForSession, messagesTo, noticeTo } from './notices.ts';

/** Longer than unused routes and messages of brief sessions are kept, whatever their keep alive. */
const KEPT_SECONDS = 3_600;

const MISSED = ['missed 1', 'missed 2', 'missed 3'];

describe('a session that lasts five seconds', () => {
  let fleet: Fleet;
  let publisher: Device;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION);
    publisher = await fleet.connect('publisher');
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function publish(topic: string, texts: readonly string[]) {
    for (const text of texts) await publisher.client.publishAsync(topic, text, { qos: 1 });
  }

  /** A client goes away and misses three messages. When its session ends. */
  async function missMessages(clientId: string): Promise<number> {
    const topic = `data/expiry/${clientId}`;
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync(topic, { qos: 1 });
    await fleet.subscribed(clientId, topic);
    device.cut();
    await publish(topic, MISSED);
    await fleet.loggedOn(topic, MISSED.length);
    await fleet.away(clientId);
    const session = await fleet.session(clientId);
    const endedAtMs = session && newestConnection(session).disconnectedAtMs;
    expect(session?.endsAtMs).toBe((endedAtMs ?? 0) + BRIEF_SECONDS * 1000);
    return session?.endsAtMs ?? 0;
  }

  function endsOf(clientId: string): EventDetails['session.expired' | 'session.ended'][] {
    const ends = [...fleet.events('session.expired'), ...fleet.events('session.ended')];
    return (ends as EventDetails['session.expired' | 'session.ended'][]).filter(
      (detail) => detail.clientId === clientId,
    );
  }

  function expectExpiry(clientId: string, endsAtMs: number) {
    const topic = `data/expiry/${clientId}`;
    expect(endsOf(clientId)).toEqual([
      {
        version: 1,
        id: expect.any(String),
        clientId,
        incarnation: expect.any(String),
        reason: 'expired',
        endedAt: new Date(endsAtMs).toISOString(),
        sessionExpiryInterval: BRIEF_SECONDS,
        lost: {
          messages: MISSED.length,
          bytes: MISSED.length * (topic.length + 'missed 1'.length),
          topics: [topic],
          atLeast: false,
        },
      },
    ]);
  }

  /** Comes back a second before the end of its session; a machine too busy for that has it try once more. */
  async function returnInTime(clientIds: Iterable<string>): Promise<Device> {
    for (const clientId of clientIds) {
      const endsAtMs = await missMessages(clientId);
      await delay(endsAtMs - 1_000 - Date.now());
      const device = await fleet.connect(clientId);
      if (Date.now() < endsAtMs) return device;
      await device.disconnect();
    }
    throw new Error('No client came back before the end of its session');
  }

  it.concurrent('is resumed a second before its end', async () => {
    const device = await returnInTime(['brief-early-1', 'brief-early-2', 'brief-early-3']);
    const clientId = device.client.options.clientId ?? '';
    const present = { sessionPresent: true, sessionExpiryInterval: BRIEF_SECONDS };
    expect(await noticeTo(device)).toEqual(present);
    expect(await askForSession(device)).toEqual(present);
    await eventually(() => expect(messagesTo(device).sort()).toEqual(MISSED), 40_000);
    expect(endsOf(clientId)).toEqual([]);
    await device.disconnect();
  }, 90_000);

  it.concurrent('is another one a second after its end, to which nothing old belongs', async () => {
    const clientId = 'brief-late';
    const topic = `data/expiry/${clientId}`;
    const endsAtMs = await missMessages(clientId);
    await delay(endsAtMs + 1_000 - Date.now());
    const device = await fleet.connect(clientId);
    const absent = { sessionPresent: false, sessionExpiryInterval: BRIEF_SECONDS };
    expect(await noticeTo(device)).toEqual(absent);
    expect(await askForSession(device)).toEqual(absent);
    await eventually(() => expectExpiry(clientId, endsAtMs), 30_000);
    await device.client.subscribeAsync(topic, { qos: 1 });
    await publish(topic, ['new']);
    await eventually(() => expect(messagesTo(device)).toContain('new'));
    // Nothing old is owed to it.
    expect((await fleet.session(clientId))?.owesDelivery).toBe(false);
    expect(messagesTo(device)).toEqual(['new']);
    await device.disconnect();
  }, 90_000);

  it.concurrent('is removed when nobody comes back, and said to have ended when it did', async () => {
    const endsAtMs = await missMessages('brief-gone');
    await eventually(() => expectExpiry('brief-gone', endsAtMs), 30_000);
    expect(await fleet.session('brief-gone')).toBeUndefined();
  }, 90_000);

  it('leaves clean tables behind', async () => {
    await eventually(async () => {
      expect(await fleet.items('Sessions')).toEqual([]);
      expect(await fleet.items('Subscriptions')).toEqual([]);
    }, 40_000);
    // Each route has been found unused; what is left of the shapes is a key each.
    const routes = async () => (await fleet.items('Routes')).filter(({ kind }) => kind === 'filter');
    await eventually(async () => {
      expect((await routes()).filter(({ expiresAt }) => expiresAt === undefined)).toEqual([]);
    }, 40_000);
    // The rest goes in its own time: as TTL would look at the tables then.
    const { dynamoDb, endpoints } = fleet.cloud;
    const table = (name: string, ...keyAttributes: string[]) => ({
      name: endpoints.tables[name] ?? name,
      keyAttributes,
      timeToLiveAttribute: 'expiresAt',
      streamArn: undefined,
    });
    const tables = [table('Routes', 'kind', 'value'), table('Messages', 'log', 'position')];
    await new TimeToLive(dynamoDb, tables, { delaySeconds: -KEPT_SECONDS }).sweep();
    expect(await fleet.items('Messages')).toEqual([]);
    expect(await routes()).toEqual([]);
    expect(fleet.cloud.queue('DeadLetters').list()).toEqual([]);
  }, 90_000);
});
