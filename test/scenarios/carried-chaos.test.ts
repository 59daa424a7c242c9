import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectThroughIotCore } from '#client/connect-through-iot-core';
import { Chaos } from '#local/chaos';
import { eventually } from '#test/local/eventually';
import { Fleet } from './fleet.ts';

const MESSAGES = 25;
/** Above what a disturbed answer takes, so that most connections last. */
const TIMING = { resendAfterMs: 300, answerWithinMs: 3_000, nextPartWithinMs: 500 };

const seed = Number(process.env['SCENARIO_SEED'] ?? Date.now() % 2 ** 32);

describe(`a carried connection while frames are doubled and overtake, and functions are killed, seed ${seed}`, () => {
  let fleet: Fleet;
  const clients: MqttClient[] = [];
  beforeAll(async () => {
    console.log(`seed of the disturbances: ${seed}`);
    fleet = await Fleet.start(
      { policies: [{ clients: 'carried-*', edge: 'packets' }], settings: { settleSeconds: 0.5 } },
      {
        failureDelaySeconds: 0.2,
        retryDelaysSeconds: [0.2, 0.4],
        chaos: new Chaos({
          seed,
          events: { delayMs: [0, 40], reorderRate: 0.05, duplicateRate: 0.3 },
          dynamodb: { throttleRate: 0.02 },
          dataPlane: { '404': 0.01, '429': 0.03, '504': 0.01 },
          functions: { crashRate: 0.02 },
        }),
      },
    );
  }, 120_000);
  afterAll(async () => {
    for (const client of clients) client.end(true);
    await fleet?.stop();
  });

  function connect(clientId: string): MqttClient {
    const client = connectThroughIotCore({
      url: fleet.cloud.endpoints.mqtt,
      clientId,
      backOff: { firstMs: 20, maximumMs: 200 },
      timing: TIMING,
      // A connection that only one side has given up is noticed by the next PINGREQ.
      mqtt: { properties: { sessionExpiryInterval: 3600 }, connectTimeout: 8_000, keepalive: 5 },
    });
    clients.push(client);
    return client;
  }

  it('brings each QoS 2 message over exactly once, in order', async () => {
    const display = connect('carried-display');
    const received: string[] = [];
    display.on('message', (_, payload) => received.push(payload.toString()));
    await eventually(() => display.subscribeAsync('count', { qos: 2 }), 30_000);
    const sensor = connect('carried-sensor');
    const sent = Array.from({ length: MESSAGES }, (_, number) => String(number));
    for (const text of sent) await sensor.publishAsync('count', text, { qos: 2 });
    await eventually(() => expect(received).toEqual(sent), 60_000);
  }, 120_000);
});
