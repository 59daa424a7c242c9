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
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const all = { npm: NPM, npx: '', mosquitto_pub: '', mosquitto_sub: '', 'apt-get': '', ...programs };
  for (const [name, script] of Object.entries(all)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> '${calls}'\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const { status, stdout } = spawnSync('.ci/run', {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` },
  });
  const { stdout: called } = spawnSync('cat', [calls], { encoding: 'utf8' });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1), calls: called.trim().split('\n') };
}

test('ends with the counts of the tests', () => {
  const { status, lastLine } = run({});
  expect(lastLine).toBe('7 passed, 0 failed');
  expect(status).toBe(0);
});

test('runs the checks before the tests, the cheapest first', () => {
  expect(run({}).calls.map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
    'npm ci',
    'npx biome',
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
