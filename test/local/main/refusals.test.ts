import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readChaos, readJsonFile } from '#local/chaos';
import { parseOptions, USAGE } from '#local/options';
import { startCloud } from '#local/start-cloud';
import { OTHER_PORTS_FREE, start } from './command-line.ts';

let directory: string;
const taken = createServer();
let takenPort: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mqtt-sessions-'));
  await writeFile(join(directory, 'text.json'), 'no json');
  await writeFile(join(directory, 'overlap.json'), '{"durableTopics":["a/#","a/b"]}');
  await writeFile(
    join(directory, 'chaos.json'),
    '{"events":{"delayMs":[2,1]},"dynamodb":{"throttleRate":2},"speed":3}',
  );
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  takenPort = String(typeof address === 'object' ? address?.port : '');
});

afterAll(async () => {
  taken.close();
  await rm(directory, { recursive: true });
});

const FREE = ['--mqtt-port', '0', '--aws-port', '0', ...OTHER_PORTS_FREE];

test('what cannot be used: one sentence, exit code 1, no stack trace', async () => {
  const wrong: readonly [readonly string[], RegExp][] = [
    [[...FREE, '--mqtt-port', takenPort], /^Port \d+ is in use: .*--mqtt-port\.$/],
    [[...FREE, '--aws-port', takenPort], /^Port \d+ is in use: .*--aws-port\.$/],
    [
      [...FREE, '--data-dir', join(directory, 'text.json')],
      /text\.json cannot be the folder .*--data-dir\.$/,
    ],
    [['--config', join(directory, 'overlap.json')], /overlap\.json: .*durableTopics\[1\]/s],
  ];
  for (const [flags, sentence] of wrong) {
    const { exitCode, stderr } = await start(flags).ended();
    expect(stderr.trim()).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  }
});

test.each([
  ['packetPort', '--packet-port'],
  ['packetWsPort', '--packet-ws-port'],
  ['apiPort', '--api-port'],
  ['consolePort', '--console-port'],
])('%s in use: said before anything is started', async (option, flag) => {
  const starting = startCloud({ assemblyDirectory: '/nowhere', [option]: Number(takenPort) });
  await expect(starting).rejects.toThrow(new RegExp(`^Port ${takenPort} is in use: .*${flag}\\.$`));
});

test.each([
  ['no such file', '/nowhere', /^--config \/nowhere: there is no such file\.$/],
  ['no JSON', 'text.json', /^--config .*text\.json: .*JSON/],
])('a file that cannot be read: %s', async (_, file, sentence) => {
  await expect(readJsonFile(resolve(directory, file), '--config')).rejects.toThrow(sentence);
});

test('a chaos file with mistakes', async () => {
  await expect(readChaos(join(directory, 'chaos.json'))).rejects.toThrow(
    /^The chaos file cannot be used: events\.delayMs: allowed are two .*; dynamodb\.throttleRate: allowed is a rate from 0 to 1; the file: speed came; allowed is an object with seed, events, /,
  );
});

test('no Java: says so, and how to get it', async () => {
  const { exitCode, stderr } = await start(FREE, { JAVA_HOME: '/nowhere' }).ended();
  expect(stderr.trim()).toMatch(/^DynamoDB Local needs Java 17 or later, .* install it .*$/);
  expect(exitCode).toBe(1);
});

test('--help shows every flag', () => {
  const flags = [
    'mqtt-port',
    'aws-port',
    'packet-port',
    'packet-ws-port',
    'api-port',
    'console-port',
    'data-dir',
    'dynamodb-endpoint',
    'config',
    'chaos',
    'no-demo',
    'help',
  ];
  for (const flag of flags) expect(USAGE).toContain(`--${flag} `);
  expect(parseOptions(['--help']).help).toBe(true);
});

test.each([
  [['--colour'], "Unknown option '--colour'; npm start -- --help shows all flags."],
  [['now'], /^Unexpected argument 'now'/],
  [['--mqtt-port'], /argument missing/],
  [['--mqtt-port', '65536'], /^--mqtt-port 65536 came; allowed: a number from 0 to 65535/],
  [['--aws-port', '-1'], /^Option '--aws-port/],
  [['--dynamodb-endpoint', 'localhost'], /^--dynamodb-endpoint localhost came; allowed: an address like/],
  [['--dynamodb-endpoint', 'http://a:1', '--data-dir', 'x'], /came together/],
])('%o is refused', (words, sentence) => {
  expect(() => parseOptions(words)).toThrow(sentence);
});

test('without flags the usual ports are taken, and the scene is played', () => {
  expect(parseOptions([])).toEqual({
    mqttPort: 1883,
    awsPort: 4566,
    packetPort: 1884,
    packetWsPort: 8884,
    apiPort: 8081,
    consolePort: 8080,
    demo: true,
    help: false,
  });
});
