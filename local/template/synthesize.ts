import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalCloudError } from '#local/errors';
import { contentHash } from './content-hash.ts';
import { removeOldAssemblies } from './old-assemblies.ts';

export interface SynthesisOptions {
  /** As `cdk.json` holds it under `mqttSessions`. */
  readonly configuration: unknown;
  /** Where assemblies are kept, each in a folder named by its content; `.local/assemblies` if absent. */
  readonly outDirectory?: string;
  /** The CDK app; the stack's own if absent. */
  readonly app?: string;
}

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = [
  'lib',
  'functions',
  // Of the console what it is built from, and not what somebody may have built there.
  'console/index.html',
  'console/public',
  'console/src',
  'console/vite.config.ts',
  'cdk.json',
  'package-lock.json',
  'tsconfig.json',
] as const;

/**
 * Synthesizes the CDK app, bundles included, and yields the folder of the assembly. One that was made
 * before from the same sources and configuration is used again.
 *
 * @throws LocalCloudError that says why the app refused
 */
export async function synthesize(options: SynthesisOptions): Promise<string> {
  const app = resolve(PROJECT_ROOT, options.app ?? 'lib/infra/app.ts');
  const configuration = `${JSON.stringify(options.configuration, null, 2)}\n`;
  const sources = [...SOURCES.map((name) => join(PROJECT_ROOT, name)), dirname(app)];
  const hash = await contentHash(sources, [app, configuration]);
  const parent = resolve(options.outDirectory ?? join(PROJECT_ROOT, '.local', 'assemblies'));
  const directory = join(parent, hash);
  if (await touch(directory)) return directory;

  await mkdir(parent, { recursive: true });
  await removeOldAssemblies(parent);
  // Made aside and then renamed, so that a process beside this one sees all of it or nothing.
  const unfinished = await mkdtemp(join(parent, 'unfinished-'));
  try {
    const configurationFile = join(unfinished, 'mqtt-sessions.json');
    await writeFile(configurationFile, configuration);
    await runApp(app, unfinished, configurationFile);
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await touch(directory))) throw error;
  }
  return directory;
}

function runApp(app: string, outDirectory: string, configurationFile: string): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--import', 'tsx', app], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that the bundlers it starts can be ended with it.
      detached: true,
      env: {
        ...process.env,
        CDK_OUTDIR: outDirectory,
        MQTT_SESSIONS_FILE: configurationFile,
        // The CDK's own check costs seconds; whoever deploys has it made, and here the stack itself runs.
        CDK_VALIDATION: 'false',
      },
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const abandon = () => {
      endGroup(child);
      rmSync(outDirectory, { recursive: true, force: true });
    };
    // This process ends, so nobody waits for it any more.
    process.once('exit', abandon);
    child.once('error', failed);
    child.once('close', (code) => {
      process.off('exit', abandon);
      if (code === 0) done();
      else failed(new LocalCloudError('template.synthesisFailed', `The stack refused: ${reasonIn(output)}`));
    });
  });
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The line with the error's message, and the list of problems that may follow it; no stack trace. */
function reasonIn(output: string): string {
  const lines = output.split('\n');
  const start = lines.findIndex((line) => /^\s*(?:[A-Za-z]*Error|✘ \[ERROR\])[: \]]/.test(line));
  if (start < 0) return lines.filter((line) => line.trim() !== '').at(-1) ?? 'it said nothing';
  const end = lines.findIndex((line, index) => index > start && /^\s+at /.test(line));
  const message = lines
    .slice(start, end < 0 ? start + 10 : end)
    .join('\n')
    .trim();
  return message.replace(/^[A-Za-z]*Error: /, '');
}

/** Whether it is there; marks it as used. */
async function touch(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}
