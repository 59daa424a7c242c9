import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '#session/configuration/configuration';
import { Fleet } from './fleet.ts';

const programs = ['mosquitto_pub', 'mosquitto_sub'] as const;
const missing = programs.filter((program) => spawnSync(program, ['--help']).error !== undefined);
for (const program of missing)
  console.log(`left out: the README with the mosquitto clients: ${program} is not installed`);

describe.runIf(missing.length === 0)('the commands of the README', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    const file = new URL('../../local/default-configuration.json', import.meta.url);
    fleet = await Fleet.start(JSON.parse(await readFile(file, 'utf8')) as ConfigurationInput);
  }, 120_000);
  afterAll(() => fleet?.stop());

  /** A command of the README, with the port of this test for its own. */
  function run(program: (typeof programs)[number], command: string, ...more: readonly string[]) {
    const port = new URL(fleet.cloud.endpoints.mqtt).port;
    const words = command.replace('-p 1883', `-p ${port}`).split(' ');
    const child = spawn(program, ['-h', '127.0.0.1', ...words, ...more]);
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    const exit = once(child, 'close').then(([code]) => code as number | null);
    return { child, exit, lines: () => output.split('\n').slice(0, -1) };
  }

  it.each(['mqttv311', 'mqttv5'])(
    'bring a message to who was away, over %s',
    async (version) => {
      const clientId = `durable-${version}`;
      const listen = `-p 1883 -i ${clientId} -q 1 -t greetings/# -V ${version}`;
      const first = run('mosquitto_sub', listen);
      await fleet.subscribed(clientId, 'greetings/#');
      first.child.kill('SIGINT');
      await first.exit;
      await fleet.away(clientId);

      const said = run('mosquitto_pub', `-p 1883 -q 1 -t greetings/hello -V ${version} -m`, 'you were away');
      expect(await said.exit).toBe(0);
      // It writes into a pipe only at its end.
      const second = run('mosquitto_sub', listen, '-C', '1', '-W', '40');

      expect(await second.exit).toBe(0);
      expect(second.lines()).toEqual(['you were away']);
    },
    90_000,
  );
});
