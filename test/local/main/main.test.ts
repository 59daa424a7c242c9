import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { ENDPOINTS_FILE } from '#local/endpoints-file';
import { eventually } from '#test/local/eventually';
import { OTHER_PORTS_FREE, start } from './command-line.ts';

const FREE = ['--mqtt-port', '0', '--aws-port', '0', ...OTHER_PORTS_FREE, '--no-demo'];

test('it says where everything is, shows what happens, and leaves nothing behind', {
  timeout: 60_000,
}, async () => {
  const program = start(FREE);
  await program.hasWritten('Ready.', 45_000);
  const endpoints = JSON.parse(await readFile(ENDPOINTS_FILE, 'utf8'));
  expect(endpoints).toMatchObject({
    tables: { Sessions: expect.any(String), Messages: expect.any(String) },
    functions: { lifecycle: expect.any(String), deliver: expect.any(String) },
    queues: { DeadLetters: expect.any(String) },
  });
  expect(program.written.stdout).toContain(endpoints.api);
  expect((await fetch(`${endpoints.api}/stats`)).status).toBe(200);
  const client = await connectAsync(endpoints.mqtt, { clientId: 'durable-\u001b[2J\u202e' });
  await program.hasWritten('connected     durable-\\u{1b}[2J\\u{202e}  MQTT 3.1.1, clean session', 10_000);
  client.stream.destroy();
  client.end(true);
  await program.hasWritten('disconnected  durable-', 10_000);

  program.child.kill('SIGINT');
  const { exitCode, stderr } = await program.ended();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(existsSync(ENDPOINTS_FILE)).toBe(false);
  for (const url of [endpoints.dynamodb, endpoints.aws, endpoints.api])
    await expect(fetch(url)).rejects.toThrow();
});

test('Ctrl-C while it starts ends it at once', async () => {
  const program = start(FREE);
  await program.hasWritten('Stack synthesized', 10_000);
  program.child.kill('SIGINT');
  expect((await program.ended()).exitCode).toBe(130);
  await eventually(() => expect(existsSync(ENDPOINTS_FILE)).toBe(false));
});
