import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';

/** A short keep alive, since it bounds how far a takeover sets delivery back. */
const KEEP_ALIVE = { keepalive: 5 };

describe('a client identifier that connects while it is connected', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET);
  }, 120_000);
  afterAll(() => fleet?.stop());

  it.concurrent('takes its session over, and gets what the half-open link swallowed', async () => {
    const clientId = 'durable-taken-over';
    const first = await fleet.connect(clientId, KEEP_ALIVE);
    await first.client.subscribeAsync('fleet/half-open/#', { qos: 1 });
    await fleet.subscribed(clientId, 'fleet/half-open/#');
    // The radio is gone, and neither side knows it yet.
    first.client.stream.pause();
    const publisher = await fleet.connect('publisher-half-open');
    const sent = ['one', 'two', 'three'];
    for (const text of sent) await publisher.client.publishAsync('fleet/half-open/a', text, { qos: 1 });

    const second = await fleet.connect(clientId, KEEP_ALIVE);
    await second.client.subscribeAsync('fleet/half-open/#', { qos: 1 });

    await eventually(() => expect(second.texts().toSorted()).toEqual(sent.toSorted()), 40_000);
    // What was handled later than the settle window comes late.
    const late = await fleet.late('fleet/half-open/a');
    const inTime = (texts: readonly string[]) => texts.filter((text) => !late.has(text));
    expect(inTime(second.texts())).toEqual(inTime(sent));
    await eventually(async () => {
      const session = await fleet.session(clientId);
      expect(session).toMatchObject({ sessionPresent: true, status: 'connected', delivered: 3 });
      expect(session?.connections.map(({ versionNumber }) => versionNumber)).toEqual([0, 1]);
    });
    expect(first.received).toEqual([]);
  }, 60_000);

  it.concurrent('keeps one session through ten takeovers in a row, and every message arrives', async () => {
    const clientId = 'durable-flapping';
    const filter = 'fleet/flapping/#';
    const publisher = await fleet.connect('publisher-flapping');
    const sent: string[] = [];
    const publish = async () => {
      sent.push(`message ${sent.length}`);
      await publisher.client.publishAsync('fleet/flapping/a', sent.at(-1) ?? '', { qos: 1 });
    };
    const devices = [await fleet.connect(clientId, KEEP_ALIVE)];
    await devices[0]?.client.subscribeAsync(filter, { qos: 1 });
    await fleet.subscribed(clientId, filter);
    const born = (await fleet.session(clientId))?.startedAtMs;
    for (let takeover = 1; takeover <= 10; takeover += 1) {
      await publish();
      const device = await fleet.connect(clientId, KEEP_ALIVE);
      devices.push(device);
      await publish();
      // Every other connection is gone before it has subscribed.
      if (takeover % 2 === 0) await device.client.subscribeAsync(filter, { qos: 1 });
      await publish();
    }
    const last = devices.at(-1);

    const arrived = () => new Set(devices.flatMap((device) => device.texts()));
    await eventually(() => expect([...arrived()].sort()).toEqual([...sent].sort()), 60_000);
    await eventually(async () => {
      const session = await fleet.session(clientId);
      expect(session).toMatchObject({ status: 'connected', sessionPresent: true, owesDelivery: false });
      expect(session?.startedAtMs).toBe(born);
    }, 30_000);
    // What the service delivers, which names each message, comes once and keeps the order of the topic.
    const late = await fleet.late('fleet/flapping/a');
    const delivered = (last?.received ?? [])
      .filter(({ packet }) => packet.properties?.userProperties?.['message-id'] !== undefined)
      .map(({ payload }) => payload.toString())
      .filter((text) => !late.has(text));
    expect(delivered).toEqual(sent.filter((text) => delivered.includes(text)));
    expect(fleet.cloud.queue('DeadLetters').list()).toEqual([]);
  }, 120_000);

  it.concurrent('ends the first session when its interval is 0', async () => {
    const clientId = 'fleeting-taken-over';
    const first = await fleet.connect(clientId);
    await first.client.subscribeAsync('fleet/fleeting/#', { qos: 1 });
    await fleet.subscribed(clientId, 'fleet/fleeting/#');
    const before = await fleet.session(clientId);

    const second = await fleet.connect(clientId);

    await eventually(async () => {
      const after = await fleet.session(clientId);
      expect(after?.incarnation).not.toBe(before?.incarnation);
      expect(after).toMatchObject({ status: 'connected', sessionPresent: false });
      expect(fleet.events('session.ended')).toContainEqual(
        expect.objectContaining({ clientId, incarnation: before?.incarnation }),
      );
      const items = await fleet.items('Subscriptions');
      expect(items.filter((item) => item['clientId'] === clientId)).toEqual([]);
    }, 30_000);
    const publisher = await fleet.connect('publisher-fleeting');
    await publisher.client.publishAsync('fleet/fleeting/a', 'to nobody', { qos: 1 });
    await second.client.subscribeAsync('fleet/done', { qos: 1 });
    await publisher.client.publishAsync('fleet/done', 'done', { qos: 1 });
    await eventually(() => expect(second.texts()).toEqual(['done']));
  }, 60_000);
});
