import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { numbered, payloads, RawClient } from './world/raw-client.ts';
import { start } from './world/start.ts';

test('a stop sends clients away, tells the function, and ends', async () => {
  const { listener, fake, signalsStopped } = await start();
  const five = await new RawClient(listener.ports.mqtt).connect({ clientId: 'five' });
  const four = await new RawClient(listener.ports.mqtt, 4).connect({ clientId: 'four' });
  const unknown = new RawClient(listener.ports.mqtt);
  await eventually(() => expect(listener.connections).toBe(3));
  await listener.stop();
  expect(fake.closed).toEqual(['SERVER_INITIATED_DISCONNECT', 'SERVER_INITIATED_DISCONNECT']);
  expect(signalsStopped()).toBe(true);
  expect(await five.next('disconnect')).toMatchObject({ reasonCode: 0x8b });
  await Promise.all([five.end(), four.end(), unknown.end()]);
  expect(four.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
  const late = new RawClient(listener.ports.mqtt);
  await late.end();
});

test('a client that is not connected yet is told that the server is not there', async () => {
  const { listener, fake } = await start();
  const release = fake.hold();
  const client = new RawClient(listener.ports.mqtt);
  client.send(client.connectPacket());
  await eventually(() => expect(fake.requests).toHaveLength(1));
  const stopped = listener.stop();
  expect(await client.next('connack')).toMatchObject({ reasonCode: 0x88 });
  release();
  await stopped;
  // It was connected in the end, without knowing.
  expect(fake.closed).toEqual(['SERVER_INITIATED_DISCONNECT']);
});

test('a stop waits for what was received, but not for ever', async () => {
  const { listener, fake, logged } = await start({ limits: { stopTimeoutMs: 300 } });
  const [quick, stuck] = [new RawClient(listener.ports.mqtt), new RawClient(listener.ports.mqtt)];
  await quick.connect({ clientId: 'quick' });
  await stuck.connect({ clientId: 'stuck' });
  const release = fake.hold();
  quick.send(numbered(1));
  await eventually(() => expect(fake.requests).toHaveLength(3));
  fake.hold();
  stuck.send(numbered(2));
  await eventually(() => expect(fake.requests).toHaveLength(4));
  const stopped = listener.stop();
  release();
  await stopped;
  expect(fake.closed).toEqual(['SERVER_INITIATED_DISCONNECT']);
  expect(logged.at(-1)).toMatchObject({ level: 'ERROR', connections: 1 });
});

test('when it is destroyed, sockets are gone and the function hears nothing', async () => {
  const { listener, fake, signalsStopped } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(1)));
  client.send(numbered(2));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  listener.destroy();
  await client.end();
  release();
  // Whatever the answer leads to has happened by then.
  await new Promise((resolve) => setImmediate(resolve));
  expect(listener.connections).toBe(0);
  expect(fake.requests).toHaveLength(2);
  expect(payloads(client)).toEqual([]);
  expect(signalsStopped()).toBe(false);
});

test('a port in use is named, and nothing is left open', async () => {
  const first = await start();
  const port = first.listener.ports.mqtt ?? 0;
  let stopped = false;
  const signals = {
    start: async () => 'address',
    stop: async () => {
      stopped = true;
    },
    destroy: () => {},
  };
  const starting = start({ ports: { ws: 0, mqtt: port }, signals });
  await expect(starting).rejects.toThrow(`Port ${port} for mqtt is in use`);
  expect(stopped).toBe(true);
});

test('without any port it does not start', async () => {
  await expect(start({ ports: {} })).rejects.toThrow(/No port came/);
});
