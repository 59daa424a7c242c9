import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtConsole } from './console-site.ts';

const MAXIMUM_BYTES = 150_000;

let folder: string;
beforeAll(async () => {
  folder = await builtConsole();
});
afterAll(() => rm(folder, { recursive: true }));

it('all script of the console, compressed, stays below 150 KB', async () => {
  const names = await readdir(folder, { recursive: true });
  const scripts = await Promise.all(
    names.filter((name) => name.endsWith('.js')).map((name) => readFile(join(folder, name))),
  );
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(bytes).toBeLessThan(MAXIMUM_BYTES);
});

it('the page holds no script and no style of its own, which the content security policy refuses', async () => {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|style=|\bon[a-z]+=/);
  for (const [tag] of page.matchAll(/<script[^>]*>/g)) expect(tag).toContain('src="./assets/');
});
