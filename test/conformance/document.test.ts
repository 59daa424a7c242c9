import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conformanceDocument } from './document.ts';
import { mark, STATEMENTS } from './statements/index.ts';
import type { Statement } from './statements/statement.ts';
import { isOfClient, testsOfStatements } from './tests-of-statements.ts';

const tests = testsOfStatements();
const hasServerTest = (statement: Statement) =>
  tests.get(mark(statement))?.some((file) => !isOfClient(file)) === true;
const root = new URL('../../', import.meta.url);

test('every statement that a test names is one', () => {
  const known = new Set(STATEMENTS.map(mark));
  expect([...tests.keys()].filter((each) => !known.has(each))).toEqual([]);
});

test('every statement that binds a server has a test, or says why there is none', () => {
  const missing = STATEMENTS.filter(
    (statement) => statement.binds !== 'client' && statement.shown === undefined && !hasServerTest(statement),
  );
  expect(missing.map(mark)).toEqual([]);
});

test('a statement that has a test of its own gives no excuse', () => {
  const excused = STATEMENTS.filter((statement) => statement.shown !== undefined && hasServerTest(statement));
  expect(excused.map(mark)).toEqual([]);
});

test('the tests that are pointed to exist', () => {
  const files = STATEMENTS.flatMap(({ lifecycle, shown }) => [
    ...('test' in lifecycle && lifecycle.test !== undefined ? [lifecycle.test] : []),
    ...(shown !== undefined && 'elsewhere' in shown ? [shown.elsewhere] : []),
  ]);
  expect([...new Set(files)].filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
});

test('docs/conformance.md is up to date (run with -u it is written anew)', async () => {
  await expect(conformanceDocument(STATEMENTS, tests)).toMatchFileSnapshot('../../docs/conformance.md');
});
