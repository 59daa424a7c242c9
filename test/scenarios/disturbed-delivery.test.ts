import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chaos } from '#local/chaos';
import { seededRandom } from '#local/random';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';
import { deliveredOnTime } from './on-time.ts';

const TOPICS = ['a', 'b', 'c', 'd'];
const KILLS = 3;
/** Under way at once; a run that is stopped by one of them may not learn of the others. */
const LANES = 16;
/** A killed run's deliveries since its last checkpoint come again. */
const CHECKPOINT = 100;
/** So many requests to the data plane fail, a third each way. */
const REFUSALS = 12;
const FAILURES = [
  { status: 404, errorType: 'ResourceNotFoundException', message: 'The client is not connected' },
  { status: 429, errorType: 'ThrottlingException', message: 'Rate exceeded' },
  { status: 504, errorType: 'GatewayTimeoutException', message: 'No acknowledgement in time' },
] as const;

const seed = Number(process.env['SCENARIO_SEED'] ?? Date.now() % 2 ** 32);

describe(`delivery while DynamoDB throttles, seed ${seed}`, () => {
  const random = seededRandom(seed);
  const refused: number[] = [];
  let fleet: Fleet;
  beforeAll(async () => {
    console.log(`seed of the disturbances: ${seed}`);
    fleet = await Fleet.start(MIXED_FLEET, {
      failureDelaySeconds: 0.2,
      retryDelaysSeconds: [0.2, 0.4],
      chaos: new Chaos({ seed, dynamodb: { throttleRate: 0.1 } }),
      disturb: {
        failRequest: (operation, clientId) => {
          if (operation !== 'SendDirectMessage' || !clientId.startsWith('durable-refused')) return undefined;
          const failure = FAILURES[refused.length % FAILURES.length];
          if (refused.length >= REFUSALS || failure === undefined || random() > 0.3) return undefined;
          refused.push(failure.status);
          return failure;
        },
      },
    });
  }, 120_000);
  afterAll(() => fleet?.stop());

  /** Clients that are away while so many messages come on each topic below theirs. */
  async function waitFor(clientIds: readonly string[], topic: string, sent: readonly string[]) {
    for (const clientId of clientIds) {
      const device = await fleet.connect(clientId);
      await device.client.subscribeAsync(`${topic}/#`, { qos: 1 });
      await fleet.subscribed(clientId, `${topic}/#`);
      device.cut();
      await fleet.away(clientId);
    }
    const publisher = await fleet.connect(`publisher of ${topic}`);
    for (const text of sent)
      await Promise.all(
        TOPICS.map((name) => publisher.client.publishAsync(`${topic}/${name}`, text, { qos: 1 })),
      );
    await eventually(async () => {
      const items = (await fleet.items('Messages')).filter((item) => String(item['topic']).startsWith(topic));
      expect(new Set(items.map((item) => item['messageId'])).size).toBe(sent.length * TOPICS.length);
    }, 30_000);
  }

  /** Everything, and in order but for what the throttled table took too late. */
  async function expectAll(device: Device, topic: string, sent: readonly string[]): Promise<void> {
    for (const name of TOPICS) expect(new Set(device.texts(`${topic}/${name}`))).toEqual(new Set(sent));
    const late = await fleet.stragglers();
    for (const name of TOPICS) {
      const inTime = deliveredOnTime(device, `${topic}/${name}`, late);
      expect(inTime).toEqual(sent.filter((text) => inTime.includes(text)));
    }
  }

  it.concurrent('and its function is killed: nothing is lost, few messages come again', async () => {
    const topic = 'fleet/killed';
    const sent = Array.from({ length: 30 }, (_, index) => `message ${index}`);
    const clientIds = Array.from({ length: 5 }, (_, index) => `durable-killed-${index}`);
    await waitFor(clientIds, topic, sent);

    const devices = await Promise.all(clientIds.map((clientId) => fleet.connect(clientId)));
    const received = () => devices.reduce((sum, device) => sum + device.received.length, 0);
    await eventually(() => expect(received()).toBeGreaterThan(0), 30_000);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      killed += await fleet.cloud.function('deliver').kill();
      // What was in flight is not waited for, as it is after a visibility timeout.
      fleet.cloud.queue('Deliveries').showAll();
      await delay(random() * 700);
    }

    expect(killed).toBeGreaterThan(0);
    for (const device of devices) await eventually(() => expectAll(device, topic, sent), 90_000);
    const most = sent.length * TOPICS.length + KILLS * (CHECKPOINT + LANES);
    for (const device of devices) expect(device.received.length).toBeLessThanOrEqual(most);
    expect(fleet.cloud.queue('DeadLetters').list()).toEqual([]);
  }, 180_000);

  it.concurrent('and the data plane answers 404, 429 and 504: nothing is lost', async () => {
    const topic = 'fleet/refused';
    const sent = Array.from({ length: 15 }, (_, index) => `message ${index}`);
    await waitFor(['durable-refused'], topic, sent);

    const device = await fleet.connect('durable-refused');

    await eventually(() => expectAll(device, topic, sent), 120_000);
    expect(new Set(refused)).toEqual(new Set([404, 429, 504]));
    // The other scenario's kills may hit this client too.
    const most = sent.length * TOPICS.length + (KILLS + refused.length) * LANES + KILLS * CHECKPOINT;
    expect(device.received.length).toBeLessThanOrEqual(most);
    const session = await fleet.session('durable-refused');
    expect(session?.drops).toEqual({});
  }, 180_000);
});
