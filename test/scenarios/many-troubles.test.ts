import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chaos } from '#local/chaos';
import { seededRandom } from '#local/random';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';
import { deliveredOnTime } from './on-time.ts';

const CLIENTS = 10;
const RETURNS = 3;
const TOPICS = ['a', 'b'];
const MESSAGES_A_TOPIC = 40;

const seed = Number(process.env['SCENARIO_SEED'] ?? Date.now() % 2 ** 32);

describe(`a bad day, seed ${seed}`, () => {
  const random = seededRandom(seed);
  let fleet: Fleet;
  beforeAll(async () => {
    console.log(`seed of the bad day: ${seed}`);
    const chaos = new Chaos({
      seed,
      events: { delayMs: [0, 300], reorderRate: 0.05, duplicateRate: 0.2 },
      dynamodb: { throttleRate: 0.05 },
      dataPlane: { '404': 0.01, '429': 0.02, '504': 0.01 },
      functions: { crashRate: 0.01 },
    });
    fleet = await Fleet.start(MIXED_FLEET, {
      chaos,
      failureDelaySeconds: 0.3,
      retryDelaysSeconds: [0.2, 0.5],
    });
  }, 120_000);
  afterAll(() => fleet?.stop());

  it('ten clients drop and return several times, and in the end have every message', async () => {
    const lives = Array.from({ length: CLIENTS }, (_, index) => ({
      clientId: `durable-unlucky-${index}`,
      devices: [] as Device[],
    }));
    const connect = async (life: (typeof lives)[number], subscribes: boolean) => {
      const device = await fleet.connect(life.clientId, { keepalive: 5 });
      life.devices.push(device);
      if (subscribes) await device.client.subscribeAsync('fleet/day/#', { qos: 1 });
      return device;
    };
    for (const life of lives) await connect(life, true);
    for (const { clientId } of lives) await fleet.subscribed(clientId, 'fleet/day/#');
    const publisher = await fleet.connect('publisher');
    const sent = Array.from({ length: MESSAGES_A_TOPIC }, (_, index) => `message ${index}`);

    let publishing = true;
    const drops = lives.map(async (life) => {
      for (let times = 0; times < RETURNS && publishing; times += 1) {
        await delay(random() * 1_000);
        life.devices.at(-1)?.cut();
        await delay(random() * 1_000);
        await connect(life, random() < 0.5);
      }
    });
    for (const text of sent) {
      for (const topic of TOPICS) {
        await publisher.client.publishAsync(`fleet/day/${topic}`, text, { qos: 1 });
      }
      await delay(random() * 100);
    }
    publishing = false;
    await Promise.all(drops);

    for (const { devices } of lives) {
      await eventually(() => {
        for (const topic of TOPICS) expect(arrivedOn(devices, topic)).toEqual(new Set(sent));
      }, 120_000);
    }
    const late = await fleet.stragglers();
    for (const { devices } of lives) {
      for (const device of devices) {
        for (const topic of TOPICS) {
          const numbers = deliveredOnTime(device, `fleet/day/${topic}`, late).map((text) =>
            sent.indexOf(text),
          );
          expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
        }
      }
    }
  }, 240_000);
});

function arrivedOn(devices: readonly Device[], topic: string): Set<string> {
  return new Set(devices.flatMap((device) => device.texts(`fleet/day/${topic}`)));
}
