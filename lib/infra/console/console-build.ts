import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { PROJECT_ROOT } from '../project-root.ts';

const CONSOLE = join(PROJECT_ROOT, 'console');
const BUILDS = join(PROJECT_ROOT, '.local', 'console');
/** What a build depends on; a folder counts with all that is in it. */
const SOURCES = ['console/index.html', 'console/public', 'console/src', 'console/vite.config.ts', 'lib/api'];
/** A build is made in two seconds, so nothing is lost with one that nobody has made for a day. */
const KEPT_MS = 86_400_000;

/**
 * The folder with the console's built files. A build of the same sources is used again; a new one takes Vite a
 * second or two.
 */
export function buildConsole(): string {
  const directory = join(BUILDS, sourcesHash());
  if (existsSync(directory)) return directory;
  mkdirSync(BUILDS, { recursive: true });
  removeOldBuilds();
  // Made aside and then renamed, so that a process beside this one sees all of it or nothing.
  const unfinished = mkdtempSync(join(BUILDS, 'unfinished-'));
  try {
    runVite(unfinished);
    renameSync(unfinished, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}

/** Each change of a source makes another build. */
function removeOldBuilds(): void {
  for (const name of readdirSync(BUILDS)) {
    const build = join(BUILDS, name);
    const age = Date.now() - (statSync(build, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > KEPT_MS) rmSync(build, { recursive: true, force: true });
  }
}

function runVite(outDirectory: string): void {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vite, 'build', CONSOLE, '--outDir', outDirectory, '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: PROJECT_ROOT, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (status === 0) return;
  throw new InfrastructureError(
    'infrastructure.consoleBuild',
    `The console could not be built (set console: false to deploy without it): ${stderr || stdout}`,
  );
}

function sourcesHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(PROJECT_ROOT, 'package-lock.json')));
  for (const file of SOURCES.flatMap((source) => filesIn(join(PROJECT_ROOT, source)))) {
    hash.update(`\0${relative(PROJECT_ROOT, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 32);
}

/** The files of a folder and its folders in a fixed order, or the file itself; none if it is not there. */
export function filesIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .map(({ name }) => join(path, name))
      .sort()
      .flatMap(filesIn);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
}
