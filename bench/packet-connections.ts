import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt-packet';
import { type Figure, judged, type Measured, stated } from './figure.ts';
import type { Progress } from './progress.ts';

const CLIENTS = 1_000;
const AT_ONCE = 50;
const MOST_BYTES = 40 * 1024;
const STEADY_ROUNDS = 5;
const PINGREQ = Buffer.from([0xc0, 0]);

interface Memory {
  /** Resident, bytes. */
  readonly rss: number;
  /** On the heap and in buffers after a collection, bytes. */
  readonly live: number;
  readonly connections: number;
}

async function memoryOf(listener: ChildProcess): Promise<Memory> {
  const answer = once(listener, 'message');
  listener.send('memory');
  return ((await answer) as [Memory])[0];
}

async function connectClient(port: number, index: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const answered = once(socket, 'data');
  socket.write(
    mqtt.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 5,
      clientId: `bench-client-${index}`,
      clean: true,
      keepalive: 300,
    }),
  );
  await answered;
  return socket;
}

async function pingAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map(async (socket) => {
      const answered = once(socket, 'data');
      socket.write(PINGREQ);
      await answered;
    }),
  );
}

async function measure(listener: ChildProcess, port: number, progress: Progress): Promise<Measured> {
  const before = await memoryOf(listener);
  const sockets: Socket[] = [];
  for (let index = 0; index < CLIENTS; index += AT_ONCE) {
    const wave = Array.from({ length: AT_ONCE }, (_, each) => connectClient(port, index + each));
    sockets.push(...(await Promise.all(wave)));
    progress(`${sockets.length} of ${CLIENTS} clients connected`);
  }
  const connected = await memoryOf(listener);
  for (let round = 0; round < STEADY_ROUNDS; round += 1) {
    await pingAll(sockets);
    await delay(1_000);
  }
  const after = await memoryOf(listener);
  for (const socket of sockets) socket.destroy();
  if (after.connections !== CLIENTS) throw new Error(`${after.connections} of ${CLIENTS} clients stayed`);
  const perClient = (after.rss - before.rss) / CLIENTS;
  const live = (after.live - before.live) / CLIENTS;
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
  const what = `packet edge, ${CLIENTS.toLocaleString('en')} connected clients on one listener process: memory a client`;
  return {
    lines: [
      judged(perClient <= MOST_BYTES, {
        what,
        toReach: '<= 40 KB',
        measured: kilobytes(perClient),
        note: `growth of the resident memory of a process of its own, each client having pinged ${STEADY_ROUNDS} times; all of them stayed`,
      }),
      stated({
        what: `${what}, in use`,
        measured: `${kilobytes(live)}, ${kilobytes((connected.live - before.live) / CLIENTS)} before the pings`,
        note: 'heap and buffers after a garbage collection',
      }),
    ],
    values: { 'packets.bytesPerClient': perClient, 'packets.liveBytesPerClient': live },
  };
}

export const packetConnections: Figure = {
  name: 'packet-connections',
  title: 'what a connected client takes of a listener process',
  run: async (progress) => {
    const file = fileURLToPath(new URL('./listener-process.ts', import.meta.url));
    const listener = fork(file, { execArgv: ['--import', 'tsx', '--expose-gc'], stdio: 'inherit' });
    try {
      const [{ port }] = (await once(listener, 'message')) as [{ port: number }];
      return await measure(listener, port, progress);
    } finally {
      listener.kill();
    }
  },
};
