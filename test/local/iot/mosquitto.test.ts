import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { IotCore } from '#local/iot/iot-core';
import { eventually } from '#test/local/eventually';
import { startIotCore } from './start.ts';

const programs = ['mosquitto_sub', 'mosquitto_pub'] as const;
const missing = programs.filter((program) => spawnSync(program, ['--help']).error !== undefined);
for (const program of missing) console.log(`left out: ${program} is not installed`);

interface Run {
  lines: string[];
  exitCode: Promise<number | null>;
}

function run(program: (typeof programs)[number], core: IotCore, ...options: string[]): Run {
  const child = spawn(program, ['-h', '127.0.0.1', '-p', String(core.port), ...options]);
  const lines: string[] = [];
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    lines.splice(0, lines.length, ...text.split('\n').slice(0, -1));
  });
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { lines, exitCode };
}

describe.runIf(missing.length === 0)('the mosquitto clients', () => {
  it.each(['mqttv311', 'mqttv5'])('exchange messages by %s', async (version) => {
    const { core, observed } = await startIotCore();
    const common = ['-V', version, '-q', '1', '-t', 'greetings'];
    const subscriber = run('mosquitto_sub', core, ...common, '-i', 'listener', '-C', '2', '-W', '10');
    await eventually(() => expect(observed.some(({ kind }) => kind === 'subscribed')).toBe(true));

    const exitCodes = [
      await run('mosquitto_pub', core, ...common, '-m', 'hello').exitCode,
      await run('mosquitto_pub', core, ...common, '-m', 'again').exitCode,
    ];

    expect(exitCodes).toEqual([0, 0]);
    expect(await subscriber.exitCode).toBe(0);
    expect(subscriber.lines).toEqual(['hello', 'again']);
    expect(observed).toContainEqual(
      expect.objectContaining({ clientId: 'listener', reason: 'CLIENT_INITIATED_DISCONNECT' }),
    );
  });

  it.each([
    ['mqttv311', ['-c']],
    ['mqttv5', ['-c', '-x', '60']],
  ] as const)('return to a persistent session by %s', async (version, persistence) => {
    const { core } = await startIotCore();
    const common = ['-V', version, '-q', '1', '-t', 'waiting'];
    const listen = ['-i', 'keeper', ...persistence];
    expect(await run('mosquitto_sub', core, ...common, ...listen, '-E').exitCode).toBe(0);
    expect(await run('mosquitto_pub', core, ...common, '-m', 'kept').exitCode).toBe(0);

    const returned = run('mosquitto_sub', core, ...common, ...listen, '-C', '1', '-W', '10');

    expect(await returned.exitCode).toBe(0);
    expect(returned.lines).toEqual(['kept']);
  });
});
