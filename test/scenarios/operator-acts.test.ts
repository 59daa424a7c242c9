import { setTimeout as delay } from 'node:timers/promises';
import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeInterval } from '#operator/acts/change-interval';
import { disconnect } from '#operator/acts/disconnect';
import { dropWaiting } from '#operator/acts/drop-waiting';
import { startEndIdle } from '#operator/acts/end-idle';
import { endSession } from '#operator/acts/end-session';
import { provision } from '#operator/provision/provision';
import { newestConnection } from '#session/session';
import { eventually } from '#test/local/eventually';
import { CONFIGURATION } from './configuration.ts';
import { Device, Fleet } from './fleet.ts';
import { messagesTo, noticeTo } from './notices.ts';
import { operatorDesk } from './operator-desk.ts';

const OPERATOR = { actor: 'operator' };
/** On a busy machine. */
const LIMIT_MS = 40_000;
const TEST_MS = 120_000;
const ADMINISTRATIVE_ACTION = 0x98;

let fleet: Fleet;
let desk: ReturnType<typeof operatorDesk>;
let publisher: Device;
beforeAll(async () => {
  fleet = await Fleet.start(CONFIGURATION);
  desk = operatorDesk(fleet);
  publisher = await fleet.connect('publisher');
}, 120_000);
afterAll(() => fleet?.stop());

const publish = (topic: string, text: string) => publisher.client.publishAsync(topic, text, { qos: 1 });

/** The reason code with which the connection was ended. */
function farewellTo({ client }: Device): Promise<number | undefined> {
  return new Promise((resolve) => {
    client.once('disconnect', ({ reasonCode }) => resolve(reasonCode));
  });
}

describe('what operators do to devices of AWS IoT Core', () => {
  async function subscribed(clientId: string): Promise<Device> {
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync(`data/${clientId}`, { qos: 1 });
    await fleet.subscribed(clientId, `data/${clientId}`);
    return device;
  }

  it.concurrent(
    'a connection is closed; the session waits for the device',
    async () => {
      const clientId = 'durable-to-disconnect';
      const device = await subscribed(clientId);
      const farewell = farewellTo(device);
      expect(await disconnect(clientId, OPERATOR, desk)).toEqual({ outcome: 'closed' });
      expect(await farewell).toBe(ADMINISTRATIVE_ACTION);
      await fleet.away(clientId);
      const away = await fleet.session(clientId);
      expect(away && newestConnection(away).disconnectReason).toBe('API_INITIATED_DISCONNECT');
      expect(await disconnect(clientId, OPERATOR, desk)).toEqual({ outcome: 'notConnected' });
      await publish(`data/${clientId}`, 'missed');
      await fleet.loggedOn(`data/${clientId}`, 1);
      const back = await fleet.connect(clientId);
      await eventually(() => expect(messagesTo(back)).toEqual(['missed']), LIMIT_MS);
    },
    TEST_MS,
  );

  it.concurrent(
    'a session is ended, connected or away; the device begins a new one',
    async () => {
      const clientId = 'durable-to-end';
      const device = await subscribed(clientId);
      const farewell = farewellTo(device);
      expect(await endSession(clientId, OPERATOR, desk)).toMatchObject({
        outcome: 'ended',
        connection: 'closed',
      });
      expect(await farewell).toBe(ADMINISTRATIVE_ACTION);
      await eventually(async () => {
        const subscriptions = await fleet.items('Subscriptions');
        expect(subscriptions.filter((item) => item['clientId'] === clientId)).toEqual([]);
        expect(fleet.events('session.ended')).toContainEqual(
          expect.objectContaining({ clientId, reason: 'operator' }),
        );
      }, LIMIT_MS);
      const back = await fleet.connect(clientId);
      expect(await noticeTo(back)).toMatchObject({ sessionPresent: false });
      await back.disconnect();
      await fleet.away(clientId);
      const change = await changeInterval(clientId, 0, OPERATOR, desk);
      expect(change).toMatchObject({ outcome: 'changed', session: { status: 'ended' } });
      expect(await endSession(clientId, OPERATOR, desk)).toEqual({ outcome: 'notFound' });
    },
    TEST_MS,
  );

  it.concurrent(
    'a session is there before its device, which gets what came since',
    async () => {
      const clientId = 'declaring-provisioned';
      const filter = `data/${clientId}/#`;
      const wanted = { sessionExpiryInterval: 3600, subscriptions: [{ filter, qos: 1 as const }] };
      expect((await provision(clientId, wanted, OPERATOR, desk)).outcome).toBe('created');
      await publish(`data/${clientId}/a`, 'before it was there');
      await fleet.loggedOn(`data/${clientId}/a`, 1);
      const device = await fleet.connect(clientId);
      expect(await noticeTo(device)).toMatchObject({ sessionPresent: true });
      await eventually(() => expect(messagesTo(device)).toEqual(['before it was there']), LIMIT_MS);
      expect((await provision(clientId, wanted, OPERATOR, desk)).outcome).toBe('changed');
    },
    TEST_MS,
  );

  it.concurrent(
    'what waits is given up; what comes afterwards is not',
    async () => {
      const clientId = 'durable-to-relieve';
      const device = await subscribed(clientId);
      await device.disconnect();
      await fleet.away(clientId);
      await publish(`data/${clientId}`, 'given up');
      await fleet.loggedOn(`data/${clientId}`, 1);
      expect(await dropWaiting(clientId, OPERATOR, desk)).toMatchObject({ outcome: 'dropped', dropped: 1 });
      expect((await fleet.session(clientId))?.drops).toEqual({ operator: 1 });
      await publish(`data/${clientId}`, 'kept');
      await fleet.loggedOn(`data/${clientId}`, 2);
      const back = await fleet.connect(clientId);
      await eventually(() => expect(messagesTo(back)).toEqual(['kept']), LIMIT_MS);
    },
    TEST_MS,
  );

  it.concurrent(
    'sessions of devices that have been away are ended in the background',
    async () => {
      const names = ['a', 'b', 'c'].map((each) => `durable-idle-${each}`);
      for (const clientId of names) await (await fleet.connect(clientId)).disconnect();
      for (const clientId of names) await fleet.away(clientId);
      const present = await fleet.connect('durable-idle-present');
      await delay(2_100);
      const { operationId } = await startEndIdle(
        { clients: 'durable-idle-*', idleSeconds: 1 },
        OPERATOR,
        desk,
      );
      await eventually(async () => {
        const operation = await desk.operations.operation(operationId);
        expect(operation).toMatchObject({ status: 'succeeded', ended: 3 });
      }, LIMIT_MS);
      for (const clientId of names) expect((await fleet.session(clientId))?.status).not.toBe('disconnected');
      expect(present.client.connected).toBe(true);
    },
    TEST_MS,
  );
});

describe('what operators do to clients of the packet edge', () => {
  const connect = (clientId: string, options: IClientOptions = {}) =>
    Device.connect(fleet.cloud.endpoints.packets ?? '', {
      clientId,
      clean: false,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 600 },
      ...options,
    });

  it.concurrent(
    'a connection is closed with DISCONNECT 0x98; its will is published, its session waits',
    async () => {
      const clientId = 'packet-to-disconnect';
      const watcher = await connect('packet-watcher');
      await watcher.client.subscribeAsync('wills/#', { qos: 2 });
      const will = { topic: 'wills/gone', payload: Buffer.from('gone'), qos: 1 as const, retain: false };
      const client = await connect(clientId, { will });
      const farewell = farewellTo(client);
      expect(await disconnect(clientId, OPERATOR, desk)).toEqual({ outcome: 'closed' });
      expect(await farewell).toBe(ADMINISTRATIVE_ACTION);
      await eventually(() => expect(watcher.texts('wills/gone')).toEqual(['gone']), LIMIT_MS);
      const back = await connect(clientId);
      expect(back.brokerSessionPresent).toBe(true);
      back.cut();
      watcher.cut();
    },
    TEST_MS,
  );

  it.concurrent(
    'a session is ended with its connection; the next CONNECT finds none',
    async () => {
      const clientId = 'packet-to-end';
      const client = await connect(clientId);
      const farewell = farewellTo(client);
      expect(await endSession(clientId, OPERATOR, desk)).toMatchObject({
        outcome: 'ended',
        connection: 'closed',
      });
      expect(await farewell).toBe(ADMINISTRATIVE_ACTION);
      const back = await connect(clientId);
      expect(back.brokerSessionPresent).toBe(false);
      back.cut();
    },
    TEST_MS,
  );

  it.concurrent(
    'a session is there before its client: Session Present, and what came since',
    async () => {
      const clientId = 'packet-provisioned';
      const subscriptions = [{ filter: 'orders/#', qos: 2 as const, subscriptionIdentifier: 9 }];
      await provision(clientId, { sessionExpiryInterval: 600, subscriptions }, OPERATOR, desk);
      const sender = await connect('packet-sender');
      await sender.client.publishAsync('orders/1', 'one', { qos: 2 });
      expect(await dropWaiting(clientId, OPERATOR, desk)).toMatchObject({ outcome: 'dropped' });
      await delay(5);
      await sender.client.publishAsync('orders/2', 'two', { qos: 2 });
      const client = await connect(clientId);
      expect(client.brokerSessionPresent).toBe(true);
      await eventually(() => expect(client.texts()).toEqual(['two']), LIMIT_MS);
      expect(client.received[0]?.packet.properties?.subscriptionIdentifier).toBe(9);
      client.cut();
      sender.cut();
    },
    TEST_MS,
  );
});
