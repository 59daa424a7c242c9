import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#listener/configuration/options';
import { Outgoing } from '#listener/connections/outgoing';
import { eventually } from '#test/local/eventually';
import { numbered, payloads, RawClient, sized } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

const LARGE = 60_000;

/** Fails while the client still gets rid of bytes. */
async function stalled({ socket }: RawClient): Promise<void> {
  const before = socket.writableLength;
  expect(before).toBeGreaterThan(0);
  await delay(50);
  expect(socket.writableLength).toBe(before);
}

test('while too much waits for the function, the socket is not read; afterwards nothing is missing', async () => {
  const { listener, fake } = await start({ limits: { maximumPendingBytes: 200_000 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(0)));
  // More than the kernel holds for both sides, so that only reading makes room.
  const count = 400;
  for (let index = 0; index < count; index += 1) client.send(sized(LARGE));
  await eventually(() => stalled(client));
  // It is not taken for silent: a keep alive counts what lies unread.
  expect(client.closed).toBe(false);
  release();
  await eventually(() => expect(payloads(client)).toHaveLength(count + 1), 15_000);
  expect(fake.commands).toHaveLength(count + 2);
});

test('the keep alive does not end a connection whose packets this side has not read', async () => {
  const { listener, fake } = await start({ limits: { maximumPendingBytes: 1 } });
  const client = await new RawClient(listener.ports.mqtt).connect({ keepalive: 1 });
  const release = await fake.holding(() => client.send(numbered(0)));
  client.send(numbered(1));
  // Not read any more, these do not show that the client lives.
  const pings = setInterval(() => client.send({ cmd: 'pingreq' }), 200);
  const startedAtMs = performance.now();
  await eventually(() => expect(performance.now() - startedAtMs).toBeGreaterThan(2_000));
  clearInterval(pings);
  expect(client.closed).toBe(false);
  release();
  await eventually(() => expect(payloads(client)).toEqual(['0', '1']));
});

test('a client that reads nothing is not asked for more, and is closed when its time is over', async () => {
  const { listener, fake } = await start({
    limits: { maximumUnwrittenBytes: 100_000, unreadTimeoutMs: 300 },
  });
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.socket.pause();
  for (let index = 0; index < 400; index += 1) client.send(sized(LARGE));
  await eventually(() => expect(fake.closed).toEqual(['CLIENT_ERROR']), 15_000);
  await eventually(() => expect(listener.connections).toBe(0));
});

test('a client that reads again in time gets everything', async () => {
  const { listener, fake } = await start({ limits: { maximumUnwrittenBytes: 100_000 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.socket.pause();
  for (let index = 0; index < 400; index += 1) client.send(sized(LARGE));
  // The writes of the client stand still: both kernels are full, and this side reads no more.
  await eventually(() => stalled(client));
  expect(fake.commands.length).toBeLessThan(401);
  client.socket.resume();
  await eventually(() => expect(payloads(client)).toHaveLength(400), 15_000);
});

test('what was received before is not handed over either while the client reads nothing', async () => {
  const { listener, fake } = await start({
    limits: { maximumUnwrittenBytes: 100_000, maximumPendingBytes: 100_000_000 },
  });
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(0)));
  for (let index = 0; index < 400; index += 1) client.send(sized(LARGE));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  client.socket.pause();
  release();
  await eventually(async () => {
    const before = fake.requests.length;
    await delay(50);
    expect(fake.requests.length).toBe(before);
  });
  expect(fake.commands.length).toBeLessThan(402);
  client.socket.resume();
  await eventually(() => expect(payloads(client)).toHaveLength(401), 15_000);
});

test('a client that pings and does not read gets its answers when it reads', async () => {
  const { listener, fake } = await start({ limits: { maximumUnwrittenBytes: 50_000_000 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.socket.pause();
  // First the kernels are filled, so that what follows stays on this side.
  for (let index = 0; index < 150; index += 1) client.send(sized(LARGE));
  await eventually(() => expect(fake.commands).toHaveLength(151), 15_000);
  for (let index = 0; index < 1_000; index += 1) client.send({ cmd: 'pingreq' });
  client.socket.resume();
  await eventually(() => {
    expect(client.packets.filter(({ cmd }) => cmd === 'pingresp')).toHaveLength(1_000);
  }, 15_000);
});

test('until then its answers are counted, not kept', () => {
  const written: number[] = [];
  const transport = {
    remoteAddress: undefined,
    principal: undefined,
    unwrittenBytes: 0,
    isFull: true,
    write: (bytes: Uint8Array) => written.push(bytes.length),
    pause: () => {},
    resume: () => {},
    end: () => {},
    destroy: () => {},
  };
  const ignore = () => {};
  const outgoing = new Outgoing(transport, DEFAULT_LIMITS, { stuck: ignore, freed: ignore, deaf: ignore });
  for (let ping = 0; ping < 1_000; ping += 1) outgoing.answerPing();
  expect(written).toEqual([]);
  transport.isFull = false;
  outgoing.drained();
  expect(written).toEqual([2_000]);
  outgoing.answerPing();
  outgoing.drained();
  expect(written).toEqual([2_000, 2]);
});
