import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { CONFIGURATION, NOTICE_TOPIC } from './configuration.ts';
import { type Device, Fleet, type Received } from './fleet.ts';
import { messagesTo } from './notices.ts';

const COUNT = 1_000;
const TOPICS = ['data/bulk/a', 'data/bulk/b', 'data/bulk/c'];
/** Bytes; every thirtieth message has 100 KB. */
const SIZES = [0, 1, 17, 256, 0, 1_000, 40, 4_096, 512, 10_000];

interface Sent {
  readonly number: number;
  readonly topic: string;
  readonly payload: Buffer;
}

const sent: readonly Sent[] = Array.from({ length: COUNT }, (_, number) => {
  const bytes = number % 30 === 29 ? 102_400 : (SIZES[number % SIZES.length] ?? 0);
  return { number, topic: TOPICS[(number % 7) % 3] ?? '', payload: Buffer.alloc(bytes, number % 251) };
});

/** The number that the publisher gave it; an empty payload cannot hold one. */
function numberOf({ packet }: Received): number {
  const { number } = packet.properties?.userProperties ?? {};
  return Number(number);
}

function publish(publisher: Device, { number, topic, payload }: Sent) {
  const userProperties = { number: String(number) };
  return publisher.client.publishAsync(topic, payload, { qos: 1, properties: { userProperties } });
}

describe('a client whose link was cut, and a thousand messages meanwhile', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION);
  }, 120_000);
  afterAll(() => fleet?.stop());

  it('gets all of them, 0 bytes to 100 KB, once and in order per topic', async () => {
    const before = await fleet.connect('durable-bulk');
    await before.client.subscribeAsync('data/bulk/#', { qos: 1 });
    await fleet.subscribed('durable-bulk', 'data/bulk/#');
    before.cut();
    const publisher = await fleet.connect('publisher');
    await Promise.all(sent.map((message) => publish(publisher, message)));

    const after = await fleet.connect('durable-bulk');
    const bulk = () => after.received.filter(({ topic }) => topic !== NOTICE_TOPIC);
    await eventually(() => expect(bulk().length).toBeGreaterThanOrEqual(COUNT), 120_000);
    // Delivery goes on with a client that does not subscribe again, and finds nothing more.
    await eventually(async () => {
      expect(await fleet.session('durable-bulk')).toMatchObject({ delivered: COUNT, drops: {} });
    }, 30_000);

    const messages = bulk();
    for (const topic of TOPICS) {
      const expected = sent.filter((message) => message.topic === topic);
      const got = messages.filter((message) => message.topic === topic);
      expect(got.map(numberOf)).toEqual(expected.map(({ number }) => number));
      for (const [index, { payload }] of got.entries()) {
        expect(payload.equals(expected[index]?.payload ?? Buffer.of())).toBe(true);
      }
    }
    expect(messages).toHaveLength(COUNT);
    expect(fleet.cloud.queue('DeadLetters').list()).toEqual([]);
    expect((await fleet.session('durable-bulk'))?.sessionPresent).toBe(true);
  }, 240_000);

  it.each([
    ['durable-qos-0', 'which waits for QoS 1 only', ['one']],
    ['everything-qos-0', 'whose policy lets QoS 0 wait too', ['zero', 'one', 'telemetry']],
  ])(
    '%s, %s, gets %j',
    async (clientId, _, expected) => {
      const filters = [`data/${clientId}/zero`, `data/${clientId}/one`, `telemetry/${clientId}`];
      const [zero = '', one = '', telemetry = ''] = filters;
      const before = await fleet.connect(clientId);
      await before.client.subscribeAsync({ [zero]: { qos: 0 }, [one]: { qos: 1 }, [telemetry]: { qos: 1 } });
      for (const filter of filters) await fleet.subscribed(clientId, filter);
      before.cut();
      await fleet.away(clientId);
      const publisher = await fleet.connect('publisher-qos-0');
      await publisher.client.publishAsync(zero, 'zero', { qos: 1 });
      // The operator says that publishers of telemetry use QoS 0, whatever this one does.
      await publisher.client.publishAsync(telemetry, 'telemetry', { qos: 1 });
      await publisher.client.publishAsync(one, 'one', { qos: 1 });
      const after = await fleet.connect(clientId);
      await eventually(() => expect(messagesTo(after).sort()).toEqual([...expected].sort()), 40_000);
    },
    90_000,
  );
});
