import { get } from 'node:http';
import mqtt from 'mqtt';
import { generate } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '#test/local/eventually';
import { numbered, RawClient, sized } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

const connectBytes = generate(
  {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId: 'web',
    clean: true,
    keepalive: 60,
  },
  { protocolVersion: 5 },
);

async function startWithWebSocket(options: Parameters<typeof start>[0] = {}) {
  const started = await start({ ports: { mqtt: 0, ws: 0 }, ...options });
  const url = `ws://127.0.0.1:${started.listener.ports.ws}/mqtt`;
  const open = async (protocols: string[] = ['mqtt']) => {
    const socket = new WebSocket(url, protocols);
    onTestFinished(() => socket.terminate());
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return socket;
  };
  const closing = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.once('close', resolve);
    });
  return { ...started, url, open, closing };
}

test.each(['/mqtt', '/', '/some/other?path'])('a real client connects at %s', async (path) => {
  const { listener, fake } = await startWithWebSocket();
  const client = await mqtt.connectAsync(`ws://127.0.0.1:${listener.ports.ws}${path}`, {
    protocolVersion: 5,
  });
  const received: string[] = [];
  client.on('message', (_, payload) => received.push(payload.toString()));
  await client.publishAsync('a', 'over the web', { qos: 1 });
  await eventually(() => expect(received).toEqual(['over the web']));
  await client.endAsync();
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.closed).toEqual([]);
  expect(fake.requests[0]?.connection.remoteAddress).toBe('127.0.0.1');
});

test('[MQTT-6.0.0-2] packets may be cut by frames, and a frame may hold many', async () => {
  const { fake, open } = await startWithWebSocket();
  const socket = await open();
  expect(socket.protocol).toBe('mqtt');
  socket.send(connectBytes.subarray(0, 5));
  socket.send(
    Buffer.concat([
      connectBytes.subarray(5),
      generate(numbered(1), { protocolVersion: 5 }),
      Buffer.from('c0', 'hex'),
    ]),
  );
  socket.send(Buffer.from('00', 'hex'));
  await eventually(() => expect(fake.commands).toEqual(['connect', 'publish', 'pingreq']));
});

test('[MQTT-6.0.0-1] a text frame ends the connection', async () => {
  const { fake, open, closing } = await startWithWebSocket();
  const socket = await open();
  const code = closing(socket);
  socket.send(connectBytes);
  await eventually(() => expect(fake.commands).toEqual(['connect']));
  socket.send('hello');
  expect(await code).toBe(1003);
  await eventually(() => expect(fake.closed).toEqual(['CLIENT_ERROR']));
});

test('[MQTT-6.0.0-3] a client that does not offer the subprotocol mqtt is refused', async () => {
  const { listener, open } = await startWithWebSocket();
  await expect(open(['chat'])).rejects.toThrow(/400/);
  expect(listener.connections).toBe(0);
  expect((await open(['chat', 'mqtt'])).protocol).toBe('mqtt');
});

test('a frame larger than allowed ends the connection', async () => {
  const { listener, open, closing } = await startWithWebSocket();
  const socket = await open();
  const code = closing(socket);
  socket.send(Buffer.alloc(1_048_577, 0x10));
  expect(await code).toBe(1009);
  await eventually(() => expect(listener.connections).toBe(0));
});

test('a client that vanishes without a closing handshake was lost', async () => {
  const { listener, fake, open } = await startWithWebSocket();
  const socket = await open();
  socket.send(connectBytes);
  await eventually(() => expect(fake.commands).toEqual(['connect']));
  socket.terminate();
  await eventually(() => expect(fake.closed).toEqual(['CONNECTION_LOST']));
  expect(listener.connections).toBe(0);
});

test('a client that reads nothing is closed when its time is over', async () => {
  const { fake, open } = await startWithWebSocket({
    limits: { maximumUnwrittenBytes: 100_000, unreadTimeoutMs: 300 },
  });
  const socket = await open();
  socket.send(connectBytes);
  socket.pause();
  const large = generate(sized(60_000), { protocolVersion: 5 });
  for (let index = 0; index < 400; index += 1) socket.send(large);
  await eventually(() => expect(fake.closed).toEqual(['CLIENT_ERROR']), 15_000);
});

test('a plain web request is told what this is', async () => {
  const { listener } = await startWithWebSocket();
  const status = await new Promise<number | undefined>((resolve) => {
    get(`http://127.0.0.1:${listener.ports.ws}/`, (response) => resolve(response.statusCode));
  });
  expect(status).toBe(426);
});

test('clients of both kinds are served at once, and signals go between them', async () => {
  const { listener, fake, open } = await startWithWebSocket();
  const socket = await open();
  const frames: Buffer[] = [];
  socket.on('message', (data: Buffer) => frames.push(data));
  socket.send(connectBytes);
  await eventually(() => expect(fake.requests).toHaveLength(1));
  const other = await new RawClient(listener.ports.mqtt).connect();
  fake.extra = { signals: [{ kind: 'look', connectionId: fake.requests[0]?.connection.id ?? '' }] };
  other.send(numbered(1));
  await eventually(() => expect(Buffer.concat(frames).toString()).toContain('looked'));
});
