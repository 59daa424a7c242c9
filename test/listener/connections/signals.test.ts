import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { numbered, payloads, RawClient } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

const idOf = (requests: readonly { connection: { id: string } }[], index = 0) =>
  requests[index]?.connection.id ?? '';

test('a signal that messages wait makes the connection ask for them', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  signal({ kind: 'look', connectionId: idOf(fake.requests), filters: ['a/#'] });
  await client.next('publish');
  expect(fake.requests.at(-1)).toMatchObject({ packets: [], look: { filters: ['a/#'] } });
});

test('signals that come while the function works are one look, together with what was received', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const connectionId = idOf(fake.requests);
  const release = await fake.holding(() => client.send(numbered(1)));
  for (const filters of [['a'], ['b'], ['a', 'c']]) signal({ kind: 'look', connectionId, filters });
  client.send(numbered(2));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  release();
  await eventually(() => expect(payloads(client)).toEqual(['1', '2', '{"filters":["a","b","c"]}']));
  expect(fake.requests).toHaveLength(3);
});

test('a signal without filters is a look at all of them', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const connectionId = idOf(fake.requests);
  const release = await fake.holding(() => client.send(numbered(1)));
  signal({ kind: 'look', connectionId, filters: ['a'] });
  signal({ kind: 'look', connectionId });
  signal({ kind: 'look', connectionId, filters: ['b'] });
  release();
  await eventually(() => expect(payloads(client)).toEqual(['1', '{}']));
});

test('a signal that comes before CONNECT is answered is not lost', async () => {
  const { listener, fake, signal } = await start();
  const release = fake.hold();
  const client = new RawClient(listener.ports.mqtt);
  client.send(client.connectPacket());
  await eventually(() => expect(fake.requests).toHaveLength(1));
  signal({ kind: 'look', connectionId: idOf(fake.requests) });
  release();
  await client.next('publish');
  expect(fake.requests[1]).toMatchObject({ packets: [], look: {}, context: { clientId: 'raw' } });
});

test('signals in an answer reach the other connections of the listener', async () => {
  const { listener, fake } = await start();
  const publisher = await new RawClient(listener.ports.mqtt).connect({ clientId: 'publisher' });
  const subscriber = await new RawClient(listener.ports.mqtt).connect({ clientId: 'subscriber' });
  fake.extra = {
    signals: [
      { kind: 'look', connectionId: idOf(fake.requests, 1), filters: ['x'] },
      { kind: 'look', connectionId: 'of another process' },
    ],
  };
  publisher.send(numbered(1));
  await eventually(() => expect(payloads(subscriber)).toEqual(['{"filters":["x"]}']));
});

const LOOK_AFTER_MS = 100;

test('the function is asked again when it has said so, not before', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  fake.extra = { lookAfterMs: LOOK_AFTER_MS };
  const askedAtMs = performance.now();
  client.send(numbered(1));
  await eventually(() => expect(payloads(client)).toEqual(['1', '{}']));
  // A timer may fire within the millisecond before its time.
  expect(performance.now() - askedAtMs).toBeGreaterThan(LOOK_AFTER_MS - 1);
});

test('[MQTT-3.1.4-3] a client that is taken over is told, and the function hears nothing of its end', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(1)));
  client.send(numbered(2));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  signal({ kind: 'takenOver', connectionId: idOf(fake.requests) });
  expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x8e });
  await client.end();
  release();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.requests).toHaveLength(2);
  expect(payloads(client)).toEqual([]);
});

test('a client of 3.1.1 that is taken over loses its connection without a word', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt, 4).connect();
  signal({ kind: 'takenOver', connectionId: idOf(fake.requests) });
  await client.end();
  expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
});

test('a request that fails is not made again once its connection is taken over', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  fake.fail(100);
  client.send(numbered(1));
  await eventually(() => expect(fake.requests).toHaveLength(2));
  signal({ kind: 'takenOver', connectionId: idOf(fake.requests) });
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.requests).toHaveLength(2);
  await client.end();
});

test('a signal of an operator ends the connection with DISCONNECT 0x98, and the function hears of it', async () => {
  const { listener, fake, signal } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  signal({ kind: 'close', connectionId: idOf(fake.requests) });
  expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x98 });
  await eventually(() =>
    expect(fake.requests.at(-1)).toMatchObject({ closed: { reason: 'API_INITIATED_DISCONNECT' } }),
  );
});
