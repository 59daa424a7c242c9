import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { numbered, payloads, RawClient } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

test('a request that failed is made again as it was, and what came meanwhile follows it', async () => {
  const { listener, fake, logged } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  fake.fail(2);
  client.send(numbered(1));
  await eventually(() => expect(fake.requests).toHaveLength(2));
  client.send(numbered(2));
  await eventually(() => expect(payloads(client)).toEqual(['1', '2']));
  const [, first, second, third] = fake.requests;
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(logged).toContainEqual(
    expect.objectContaining({ level: 'WARN', clientId: 'raw', attempt: 2, error: expect.any(String) }),
  );
});

test.each([
  [5, [0x89]],
  [4, []],
] as const)(
  'a function that goes on failing sends version %i away, and hears of everything later',
  async (version, reasonCodes) => {
    const { listener, fake } = await start({ limits: { failureTimeoutMs: 200 } });
    const client = await new RawClient(listener.ports.mqtt, version).connect();
    fake.fail(3);
    client.send(numbered(1));
    await client.end();
    const told = client.packets.flatMap((packet) => (packet.cmd === 'disconnect' ? [packet.reasonCode] : []));
    expect(told).toEqual(reasonCodes);
    await eventually(() => expect(fake.closed).toEqual(['SERVER_ERROR']));
    const [, first, , , last] = fake.requests;
    expect(last).toEqual(first);
    expect(fake.requests).toHaveLength(6);
  },
);

test.each([
  [5, 0x89],
  [4, 0x03],
] as const)('a CONNECT that the function fails at is refused in version %i', async (version, code) => {
  const { listener, fake } = await start({ limits: { failureTimeoutMs: 100 } });
  fake.fail(3);
  const client = await new RawClient(listener.ports.mqtt, version).connect();
  await client.end();
  expect(client.packets).toMatchObject([
    {
      cmd: 'connack',
      sessionPresent: false,
      ...(version === 5 ? { reasonCode: code } : { returnCode: code }),
    },
  ]);
  // Nobody knows whether it has connected; so it is done, and undone.
  await eventually(() => expect(fake.closed).toEqual(['SERVER_ERROR']));
  expect(fake.requests.at(-1)).toMatchObject({ context: { clientId: 'raw' } });
});

test('a function that is silent for too long does not keep the client', async () => {
  const { listener, fake } = await start({ limits: { failureTimeoutMs: 100 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = fake.hold();
  client.send(numbered(1));
  await client.end();
  release();
  await eventually(() => expect(fake.closed).toEqual(['SERVER_ERROR']));
});

test('the end of a connection is told again until it is heard', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  fake.fail(3);
  client.socket.destroy();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.closed).toHaveLength(4);
  expect(new Set(fake.requests.slice(1).map((request) => JSON.stringify(request))).size).toBe(1);
});

test('it is given up after a while, which is an error in the log', async () => {
  const { listener, fake, logged } = await start({ limits: { closedTimeoutMs: 150 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  fake.fail(100);
  client.socket.destroy();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(logged.filter(({ level }) => level === 'ERROR')).toMatchObject([{ clientId: 'raw' }]);
});

test('a failing connection does not hold up another', async () => {
  const { listener, fake } = await start();
  const [failing, working] = [new RawClient(listener.ports.mqtt), new RawClient(listener.ports.mqtt)];
  await failing.connect({ clientId: 'failing' });
  await working.connect({ clientId: 'working' });
  fake.hold();
  failing.send(numbered(1));
  await eventually(() => expect(fake.requests).toHaveLength(3));
  working.send(numbered(2));
  await eventually(() => expect(payloads(working)).toEqual(['2']));
});
