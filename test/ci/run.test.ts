import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const REPORT = JSON.stringify({ numPassedTests: 7, numFailedTests: 0, testResults: [] });
/** Stands in for `npm test`: writes the report to the file that it is told. */
const NPM = `for argument in "$@"; do case "$argument" in --outputFile.json=*) echo '${REPORT}' > "\${argument#*=}";; esac; done`;

/** Runs .ci/run with these programs in place of the real ones, and says which were called. */
function run(programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'ci-run-'));
  folders.push(folder);
  const log = join(folder, 'calls');
  writeFileSync(log, '');
  const all = { npm: NPM, npx: '', dpkg: '', 'apt-get': '', systemctl: '', sudo: 'exec "$@"', ...programs };
  for (const [name, script] of Object.entries(all)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> '${log}'\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const { status, stdout } = spawnSync('.ci/run', {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` },
  });
  const { stdout: called } = spawnSync('cat', [log], { encoding: 'utf8' });
  const calls = called.trim().split('\n');
  return {
    status,
    lastLine: stdout.trimEnd().split('\n').at(-1),
    calls: calls.filter((call) => !call.startsWith('sudo ')),
  };
}

test('ends with the counts of the tests', () => {
  const { status, lastLine } = run({});
  expect(lastLine).toBe('7 passed, 0 failed');
  expect(status).toBe(0);
});

test('runs the checks before the tests, the cheapest first', () => {
  expect(run({}).calls.map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
    'dpkg -s',
    'npm ci',
    'npx biome',
    'npx tsc',
    'npx tsc',
    'npx knip',
    'npm test',
  ]);
});

test('a check that fails ends the run', () => {
  const { status, lastLine, calls } = run({ npx: 'test "$1" != tsc' });
  expect(lastLine).toBe('0 passed, 1 failed');
  expect(status).toBe(1);
  expect(calls.filter((call) => call.startsWith('npm test'))).toEqual([]);
});

test('tests that fail fail the run', () => {
  const { status, lastLine } = run({ npm: `${NPM}\ntest "$1" != test` });
  expect(lastLine).toBe('7 passed, 1 failed');
  expect(status).toBe(1);
});

test('installs what is missing of the programs that tests run with', () => {
  const { calls } = run({ dpkg: 'false' });
  const packages = ['mosquitto-clients', 'mosquitto', 'python3-paho-mqtt', 'chromium'];
  expect(calls.slice(1, 4)).toEqual([
    'apt-get update -q',
    `apt-get install -q -y --no-install-recommends ${packages.join(' ')}`,
    'systemctl disable -q --now mosquitto',
  ]);
});

test('says so when they cannot be installed', () => {
  expect(run({ dpkg: 'false', 'apt-get': 'false' })).toMatchObject({
    status: 1,
    lastLine: '0 passed, 1 failed',
  });
});
