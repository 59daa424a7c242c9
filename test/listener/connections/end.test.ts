import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { numbered, payloads, RawClient, sized } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

test('a lost link: what was received is handed over, then that it was lost', async () => {
  const { listener, fake, logged } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(1)));
  client.send(numbered(2), numbered(3));
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  client.socket.resetAndDestroy();
  await eventually(() => expect(logged.at(-1)).toMatchObject({ message: 'Disconnected' }));
  release();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.commands).toEqual(['connect', 'publish', 'publish', 'publish']);
  const last = fake.requests.at(-1);
  expect(last).toMatchObject({
    packets: [],
    closed: { reason: 'CONNECTION_LOST', atMs: expect.any(Number) },
    context: { clientId: 'raw' },
  });
  expect(fake.closed).toHaveLength(1);
});

test('when the answer says close, the client reads it first, and nothing more is said of the connection', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.send(numbered(1), { cmd: 'disconnect' });
  await client.end();
  expect(payloads(client)).toEqual(['1']);
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.closed).toEqual([]);
});

test('a client that closes its socket right after DISCONNECT has said goodbye', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.socket.end(client.bytesOf({ cmd: 'disconnect' }));
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.commands).toEqual(['connect', 'disconnect']);
  expect(fake.closed).toEqual([]);
});

test.each([
  [5, ['connack', 'disconnect']],
  [4, ['connack']],
] as const)(
  '[MQTT-3.1.2-22] after one and a half keep alives without a packet version %i is sent away',
  async (version, expected) => {
    const { listener, fake } = await start();
    // The server counts from the CONNECT, of which its answer may tell much later.
    const sinceMs = performance.now();
    const client = await new RawClient(listener.ports.mqtt, version).connect({ keepalive: 1 });
    await client.end();
    expect(performance.now() - sinceMs).toBeGreaterThan(1_400);
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(expected);
    if (version === 5) expect(client.packets[1]).toMatchObject({ reasonCode: 0x8d });
    await eventually(() => expect(fake.closed).toEqual(['MQTT_KEEP_ALIVE_TIMEOUT']));
  },
);

test('[MQTT-3.1.2-22] every packet keeps the connection alive, PINGREQ too', async () => {
  const { listener } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect({ keepalive: 1 });
  const pings = setInterval(() => client.send({ cmd: 'pingreq' }), 500);
  await eventually(() => {
    expect(client.packets.filter(({ cmd }) => cmd === 'pingresp')).toHaveLength(5);
  });
  clearInterval(pings);
  expect(client.closed).toBe(false);
});

test('a connection that brings no CONNECT in time is closed, and the function never hears of it', async () => {
  const { listener, fake } = await start({ limits: { connectTimeoutMs: 100 } });
  const silent = new RawClient(listener.ports.mqtt);
  const slow = new RawClient(listener.ports.mqtt);
  slow.socket.write(slow.bytesOf(slow.connectPacket()).subarray(0, 10));
  await Promise.all([silent.end(), slow.end()]);
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.requests).toEqual([]);
});

test.each([
  ['a web browser', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a TLS client', Buffer.from('16030100', 'hex')],
  ['[MQTT-3.1.0-1] a client whose first packet is PUBLISH', Buffer.from('3003000161', 'hex')],
  ['a CONNECT with reserved flags', Buffer.from('1100', 'hex')],
  ['a remaining length without an end', Buffer.from('10ffffffffff', 'hex')],
])('%s is sent away at once, and the function never hears of it', async (_, bytes) => {
  const { listener, fake } = await start();
  const client = new RawClient(listener.ports.mqtt);
  client.socket.write(bytes);
  await client.end();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.requests).toEqual([]);
});

test('bytes that are no packet end the connection after the answers to what came before them', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  const release = await fake.holding(() => client.send(numbered(1)));
  client.send({ cmd: 'pingreq' });
  client.socket.write(Buffer.concat([client.bytesOf(numbered(2)), Buffer.from('30ffffffffff', 'hex')]));
  await client.next('pingresp');
  release();
  await client.end();
  expect(payloads(client)).toEqual(['1', '2']);
  expect(client.packets.at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x81 });
  await eventually(() => expect(fake.closed).toEqual(['CLIENT_ERROR']));
});

test('a PINGREQ with a body is no PINGREQ, and what is wrong with it the function says', async () => {
  const { listener, fake } = await start();
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.socket.write(Buffer.from('c00100', 'hex'));
  await client.end();
  expect(fake.requests.at(-1)?.packets).toMatchObject([
    { data: Buffer.from('c00100', 'hex').toString('base64') },
  ]);
  expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
});

test('[MQTT-3.2.2-15] a packet larger than the maximum ends the connection with 0x95', async () => {
  const { listener, fake } = await start({ limits: { maximumPacketBytes: 100 } });
  const client = await new RawClient(listener.ports.mqtt).connect();
  client.send(sized(100));
  expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
  await client.end();
  await eventually(() => expect(fake.closed).toEqual(['CLIENT_ERROR']));
  expect(fake.commands).toEqual(['connect']);
});
