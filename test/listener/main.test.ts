import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundleListener } from '#infra/listener/listener-bundle';
import { eventually } from '#test/local/eventually';
import { fixtureFunction, startServices } from '#test/local/services';
import { RawClient } from './world/raw-client.ts';

let services: Awaited<ReturnType<typeof startServices>>;
let directory: string;

beforeAll(async () => {
  services = await startServices();
  const file = fileURLToPath(new URL('./world/packets.mjs', import.meta.url));
  services.functions.add(fixtureFunction('packets', { file }));
  directory = await mkdtemp(join(tmpdir(), 'listener-'));
  bundleListener(directory);
});

afterAll(async () => {
  await services.stop();
  await rm(directory, { recursive: true });
});

/** Runs the bundle as the container does. */
function run(environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['main.mjs'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_ENDPOINT_URL: services.url,
      // A word about the Node of this machine, which is not the one of the image.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      written[stream] += chunk.toString();
    });
  }
  const closed = once(child, 'close');
  return {
    child,
    written,
    exitCode: async () => (await closed)[0] as number | null,
    logged: () =>
      written.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
  };
}

test('it listens, hands packets to the function, and ends in order when it is told to', async () => {
  const { child, exitCode, logged, written } = run({
    PACKETS_FUNCTION: 'packets',
    QUEUE_NAME_PREFIX: 'container-',
    MQTT_PORT: '0',
  });
  const listening = await eventually(() => {
    const line = logged().find(({ message }) => message === 'Listening');
    expect(line).toBeDefined();
    return line;
  });
  expect(logged()).toContainEqual(
    expect.objectContaining({ level: 'WARN', message: expect.stringContaining('everybody may connect') }),
  );
  expect(services.queues.find(listening.address)?.options.name).toMatch(/^container-/);
  const client = await new RawClient(listening.mqtt).connect();
  const events = () =>
    services.functions
      .get('packets')
      .logs()
      .map(({ text }) => JSON.parse(text));
  const handled = () => events().filter(({ heartbeat }) => heartbeat === undefined);
  await eventually(() => expect(events()).toContainEqual({ heartbeat: { address: listening.address } }));
  expect(handled()).toMatchObject([
    {
      connection: { carrier: { kind: 'listener', address: listening.address } },
      packets: [{ data: client.bytesOf(client.connectPacket()).toString('base64') }],
    },
  ]);
  child.kill('SIGTERM');
  expect(await exitCode()).toBe(0);
  await client.end();
  expect(client.packets.at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8b });
  expect(handled().at(-1)).toMatchObject({ closed: { reason: 'SERVER_INITIATED_DISCONNECT' } });
  expect(services.queues.find(listening.address)).toBeUndefined();
  expect(written.stderr).toBe('');
});

test('what is set wrong is one sentence', async () => {
  const { exitCode, written } = run({ PACKETS_FUNCTION: 'packets', MQTT_PORT: '1883' });
  expect(await exitCode()).toBe(1);
  expect(written.stderr).toBe('ListenerError: Environment variables: QUEUE_NAME_PREFIX is missing.\n');
});
