import { connectAsync } from 'mqtt';
import type { Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { packetsOf } from '../world/fake-function.ts';
import { numbered, payloads, RawClient, sized } from '../world/raw-client.ts';
import { ADDRESS, start } from '../world/start.ts';

test.each([4, 5] as const)('a real client of version %i gets what the function answers', async (version) => {
  const { listener, fake } = await start();
  const client = await connectAsync(`mqtt://127.0.0.1:${listener.ports.mqtt}`, {
    clientId: 'device',
    protocolVersion: version,
  });
  const received: string[] = [];
  client.on('message', (topic, payload) => received.push(`${topic} ${payload}`));
  await client.subscribeAsync('a/b', { qos: 1 });
  await client.publishAsync('a/b', 'hello', { qos: 1 });
  await eventually(() => expect(received).toEqual(['a/b hello']));
  await client.endAsync();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.commands).toEqual(['connect', 'subscribe', 'publish', 'disconnect']);
  expect(fake.closed).toEqual([]);
});

test('a request names the connection, where signals for it go, and the context of the last answer', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.send(numbered(1));
  await client.next('publish');
  const [first, second] = fake.requests;
  expect(first?.connection).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    carrier: { kind: 'listener', address: ADDRESS },
    remoteAddress: '127.0.0.1',
  });
  expect(first).not.toHaveProperty('context');
  expect(second?.connection).toEqual(first?.connection);
  expect(second?.context).toMatchObject({ clientId: 'raw', protocolVersion: 5, incarnation: 'one' });
});

test('a packet that comes byte by byte is handed over whole, and two that come at once are two', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  for (const byte of client.bytesOf(numbered(1))) client.socket.write(Buffer.of(byte));
  client.send(numbered(2), numbered(3));
  await eventually(() => expect(payloads(client)).toEqual(['1', '2', '3']));
  expect(fake.commands).toEqual(['connect', 'publish', 'publish', 'publish']);
});

test('while the function works, one request at a time: the rest follows in order, at most 100 in one', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(0)));
  const numbers = Array.from({ length: 250 }, (_, index) => index + 1);
  client.send(...numbers.map(numbered));
  client.send({ cmd: 'pingreq' });
  // It is answered past the function, after everything else was received.
  await client.next('pingresp');
  expect(fake.requests).toHaveLength(2);
  release();
  await eventually(() => expect(payloads(client)).toEqual([0, ...numbers].map(String)));
  expect(fake.requests.map(({ packets }) => packets.length)).toEqual([1, 1, 100, 100, 50]);
});

test('one request holds at most 1 MiB of packets', async () => {
  const { listener, fake } = await start({ limits: { maximumPendingBytes: 4_000_000 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(0)));
  client.send(...Array.from({ length: 6 }, () => sized(200_000)));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  release();
  await eventually(() => expect(payloads(client)).toHaveLength(7));
  expect(fake.requests.map(({ packets }) => packets.length)).toEqual([1, 1, 5, 1]);
});

test('stamps rise strictly, even within one millisecond', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.send(...Array.from({ length: 300 }, (_, index) => numbered(index)));
  await eventually(() => expect(payloads(client)).toHaveLength(300));
  const stamps = fake.requests.flatMap(({ packets }) => packets.map(({ receivedAtMs }) => receivedAtMs));
  expect(stamps).toEqual([...new Set(stamps)].sort((one, other) => one - other));
});

test('acknowledgements and pings do not push the stamps of later packets', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const kinds = ['puback', 'pubrec', 'pubcomp'] as const;
  const acknowledgements = Array.from({ length: 3_000 }, (_, index) => kinds[index % 3] ?? 'puback');
  const sentAtMs = Date.now();
  client.send(...acknowledgements.map((cmd, index): Packet => ({ cmd, messageId: index + 1 })));
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
  await client.next('suback');
  const last = fake.requests.at(-1)?.packets.at(-1);
  expect(last?.receivedAtMs).toBeLessThan(sentAtMs + acknowledgements.length);
});

test('an answer waits until the clock has passed the stamps of what it answers', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const answeredAtMs = new Promise<number>((resolve) => {
    client.socket.on('data', () => {
      if (client.packets.some(({ cmd }) => cmd === 'suback')) resolve(Date.now());
    });
  });
  client.send(...Array.from({ length: 90 }, (_, index) => numbered(index)));
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
  const answered = await answeredAtMs;
  expect(fake.commands.at(-1)).toBe('subscribe');
  expect(answered).toBeGreaterThan(fake.requests.at(-1)?.packets.at(-1)?.receivedAtMs ?? answered);
});

test('what follows CONNECT before CONNACK is handed over after it', async () => {
  const { listener, fake } = await start();
  const client = new RawClient(listener.ports.mqtt);
  client.send(client.connectPacket(), numbered(1), { cmd: 'pingreq' });
  await client.next('pingresp');
  expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack', 'publish', 'pingresp']);
  expect(fake.requests.flatMap(packetsOf).map(({ cmd }) => cmd)).toEqual(['connect', 'publish', 'pingreq']);
});

test('[MQTT-3.12.4-1] PINGREQ is answered without the function, also while it is silent', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  fake.hold();
  client.send(numbered(1));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  expect(fake.commands).toEqual(['connect', 'publish']);
});
