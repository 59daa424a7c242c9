import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'summary-'));
const report = join(folder, 'report.json');
afterAll(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[];
}

function summary(content: Report | string, exitCode: number): { line: string; status: number | null } {
  writeFileSync(report, typeof content === 'string' ? content : JSON.stringify(content));
  const { status, stdout } = spawnSync('node', ['.ci/summary.mjs', report, String(exitCode)], {
    encoding: 'utf8',
  });
  return { line: stdout, status };
}

const failedFile = { status: 'failed', assertionResults: [{ status: 'failed' }] };
const brokenFile = { status: 'failed', assertionResults: [] };

test.each<[string, Report | string, number, string, number]>([
  ['all passed', { numPassedTests: 3, numFailedTests: 0, testResults: [] }, 0, '3 passed, 0 failed\n', 0],
  [
    'one failed',
    { numPassedTests: 2, numFailedTests: 1, testResults: [failedFile] },
    1,
    '2 passed, 1 failed\n',
    1,
  ],
  [
    'a file that does not load',
    { numPassedTests: 2, numFailedTests: 0, testResults: [brokenFile] },
    1,
    '2 passed, 1 failed\n',
    1,
  ],
  [
    'an error outside of tests',
    { numPassedTests: 2, numFailedTests: 0, testResults: [] },
    1,
    '2 passed, 1 failed\n',
    1,
  ],
  ['no test at all', { numPassedTests: 0, numFailedTests: 0, testResults: [] }, 0, '0 passed, 1 failed\n', 1],
  ['no report', '', 1, '0 passed, 1 failed\n', 1],
])('%s', (_name, content, exitCode, line, status) => {
  expect(summary(content, exitCode)).toEqual({ line, status });
});
