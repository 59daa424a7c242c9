import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const path = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
const { packages } = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockedPackage> };

/** A dependency lies beside its parent or in any folder above it. */
function isLocked(parent: string, name: string): boolean {
  if (`${parent === '' ? '' : `${parent}/`}node_modules/${name}` in packages) return true;
  if (parent === '') return false;
  const above = parent.lastIndexOf('/node_modules/');
  return isLocked(above < 0 ? '' : parent.slice(0, above), name);
}

// npm leaves out what its registry lacks, and `npm ci` then refuses the lock file in a fresh clone.
test('the lock file names the packages of every platform', () => {
  const missing = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(parent, name)),
  );
  expect(missing).toEqual([]);
});
