import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Runs the check on a repository that has this one file. */
function check(file: string, text: string): { status: number | null; errors: string } {
  const root = mkdtempSync(join(tmpdir(), 'dependency-direction-'));
  folders.push(root);
  mkdirSync(join(root, dirname(file)), { recursive: true });
  writeFileSync(join(root, file), text);
  const { status, stderr } = spawnSync('node', ['.ci/dependency-direction.mjs', root], { encoding: 'utf8' });
  return { status, errors: stderr.trim() };
}

test.each([
  ['session on store', 'lib/session/a.ts', "import { a } from '#store/a';"],
  ['session on telemetry', 'lib/session/a.ts', "import type { A } from '#telemetry/a';"],
  ['store on delivery', 'lib/store/a.ts', "export { a } from '#delivery/a';"],
  ['broker on store', 'lib/broker/a.ts', "import { a } from '#store/a';"],
  ['delivery on functions', 'lib/delivery/a.ts', "const a = await import('#functions/deliver');"],
  ['functions on infra', 'functions/a.ts', "import { a } from '#infra/names';"],
  ['infra on store', 'lib/infra/a.ts', "import { a } from '#store/sessions/sessions';"],
  ['local on store', 'local/a/b.ts', "import { a } from '#store/sessions/sessions';"],
  ['the console on the store', 'console/src/a.tsx', "import { a } from '#store/sessions/sessions';"],
  ['the console on the local cloud', 'console/src/a/b.ts', "import { a } from '../../../local/a.ts';"],
  ['a relative path', 'lib/session/a.ts', "import { a } from '../store/a.ts';"],
  ['an import for its effects', 'lib/telemetry/a.ts', "import '#session/a';"],
  ['code on tests', 'lib/session/a.ts', "import { a } from '#test/a';"],
])('%s is refused', (_name, file, text) => {
  expect(check(file, text).status).toBe(1);
});

test.each([
  ['session on itself', 'lib/session/a.ts', "import { a } from './b.ts'; import { c } from '#session/c';"],
  [
    'session on a package',
    'lib/session/a.ts',
    "import * as z from 'zod/mini'; import { x } from 'node:util';",
  ],
  ['delivery on store', 'lib/delivery/a.ts', "import { a } from '#store/a';"],
  ['functions on delivery', 'functions/a.ts', "import { a } from '#delivery/a';"],
  ['infra on configuration', 'lib/infra/a.ts', "import { a } from '#session/configuration/configuration';"],
  ['local on the rules of topics', 'local/a/b.ts', "import { a } from '#session/topics/topic-filter';"],
  ['the console on answers of the API', 'console/src/a.ts', "import type { A } from '#api/schemas/act';"],
  ['the console on itself', 'console/src/a/b.tsx', "import { C } from '../c/c.tsx'; import '../d.css';"],
  ['local on itself', 'local/a/b.ts', "import { a } from '#local/c/d'; import { e } from '../e.ts';"],
])('%s is allowed', (_name, file, text) => {
  expect(check(file, text)).toEqual({ status: 0, errors: '' });
});

test('the sentence says who imports what, what is allowed, and why', () => {
  expect(check('lib/store/a.ts', "import { a } from '#delivery/a';").errors).toBe(
    'lib/store/a.ts imports #delivery/a, but store may import only its own files and session, history/entry, history/counts: the store knows the words of the session core and of what it keeps, and nothing else.',
  );
});

test('a folder that the check does not know is refused', () => {
  expect(check('lib/novel/a.ts', '').errors).toBe(
    'lib/novel/a.ts is in a folder that the dependency direction does not know; say in this check what it may import.',
  );
});

test('this repository keeps the direction', () => {
  const { status, stderr } = spawnSync('node', ['.ci/dependency-direction.mjs'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
