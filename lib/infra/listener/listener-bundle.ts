import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { PROJECT_ROOT } from '../project-root.ts';

const LISTENER = join(PROJECT_ROOT, 'lib', 'listener');

/** Some packages of the bundle are CommonJS and require modules of Node. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** Writes what the container image is built from: the listener in one file, and the Dockerfile. */
export function bundleListener(directory: string): void {
  buildSync({
    entryPoints: [join(LISTENER, 'main.ts')],
    outfile: join(directory, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The same bundle runs on the machine of a developer, where Node 20 is the oldest.
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    // Native helpers that ws uses if somebody has installed them.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  copyFileSync(join(LISTENER, 'Dockerfile'), join(directory, 'Dockerfile'));
}
