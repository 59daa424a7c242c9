import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { randomSeed } from '#test/session/random-seed';
import { RawClient } from './raw-client.ts';
import { connect, startIotCore } from './start.ts';

const CONNECT: Packet = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clientId: 'damaged',
  clean: false,
  keepalive: 60,
  properties: { sessionExpiryInterval: 60, userProperties: { a: 'b' } },
  will: { topic: 'wills', payload: 'gone', qos: 1, retain: false, properties: { contentType: 'x' } },
};
const PACKETS: Packet[] = [
  {
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [
      { topic: '#', qos: 1 },
      { topic: '$share/g/a', qos: 0 },
    ],
  },
  {
    cmd: 'publish',
    topic: 'a/b',
    qos: 1,
    messageId: 2,
    dup: false,
    retain: true,
    payload: 'text',
    properties: {
      topicAlias: 1,
      contentType: 'x',
      userProperties: { a: ['b', 'c'] },
      correlationData: Buffer.from('y'),
    },
  },
  { cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['#', 'never'] },
  { cmd: 'puback', messageId: 1, reasonCode: 0 },
  { cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 5 } },
];

const whole = [CONNECT, ...PACKETS].map((packet) => generate(packet, { protocolVersion: 5 }));

it('survives packets with damaged bytes', async () => {
  const { core, observed } = await startIotCore();
  const watcher = await connect(core);
  await watcher.client.subscribeAsync('#', { qos: 1 });
  const bytes = Buffer.concat(whole);
  const damages = fc.sample(
    fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
    { seed: randomSeed, numRuns: 300 },
  );

  const clients = damages.map((damage) => {
    const damaged = Buffer.from(bytes);
    for (const [position, value] of damage) damaged[position] = value;
    const client = new RawClient(core, 5);
    client.sendBytes(damaged);
    client.finish();
    return client;
  });

  await eventually(() => expect(clients.every(({ closed }) => closed)).toBe(true));
  await watcher.client.publishAsync('after/the/noise', 'x', { qos: 1 });
  await eventually(() => expect(watcher.received.at(-1)?.topic).toBe('after/the/noise'));
  expect(observed.some(({ kind }) => kind === 'connected')).toBe(true);
});
