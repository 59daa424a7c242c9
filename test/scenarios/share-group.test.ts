import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { CONFIGURATION } from './configuration.ts';
import { Fleet } from './fleet.ts';

const TOPIC = 'work/to-do';

let fleet: Fleet;
const clients: mqtt.MqttClient[] = [];

beforeAll(async () => {
  fleet = await Fleet.start(CONFIGURATION);
}, 120_000);
afterAll(async () => {
  for (const client of clients) client.end(true);
  await fleet?.stop();
});

interface Worker {
  readonly client: mqtt.MqttClient;
  /** What it was given. */
  readonly given: string[];
}

/** A worker of the packet edge, whose session ends with its connection. */
async function worker(clientId: string, acknowledges: boolean): Promise<Worker> {
  const options = { clientId, protocolVersion: 5, clean: true, reconnectPeriod: 0 } as const;
  const given: string[] = [];
  const client = await mqtt.connectAsync(fleet.cloud.listener.url, {
    ...options,
    properties: { receiveMaximum: 2, sessionExpiryInterval: 0 },
    // One that takes work and never gets it done.
    ...(!acknowledges && {
      customHandleAcks: (_: string, payload: Buffer) => given.push(payload.toString()),
    }),
  });
  clients.push(client);
  client.on('message', (_, payload) => given.push(payload.toString()));
  await client.subscribeAsync(`$share/workers/${TOPIC}`, { qos: 1 });
  return { client, given };
}

it('what a worker was given and has not done is done by another one, once its session has ended', async () => {
  const idle = await worker('idle', false);
  const publisher = await mqtt.connectAsync(fleet.cloud.listener.url, {
    clientId: 'boss',
    protocolVersion: 5,
  });
  clients.push(publisher);
  const work = ['first', 'second', 'third', 'fourth'];
  for (const each of work) await publisher.publishAsync(TOPIC, each, { qos: 1 });
  await eventually(() => expect(idle.given).toEqual(['first']));
  const { given } = await worker('busy', true);

  idle.client.stream.destroy();

  await eventually(() => expect(given).toEqual(work));
}, 60_000);
