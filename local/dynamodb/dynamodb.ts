import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LocalCloudError } from '#local/errors';
import { findFreePort, isPortTaken } from './free-port.ts';
import { findJava } from './java.ts';

export interface DynamoDbOptions {
  /** A folder that keeps the tables; without it they live in memory. */
  readonly dataDirectory?: string;
  /** A free one is found if it is absent or 0. */
  readonly port?: number;
}

export interface DynamoDb {
  readonly endpoint: string;
  readonly port: number;
  stop(): Promise<void>;
}

const STARTUP_SECONDS = 30;
const ATTEMPTS = 5;

/**
 * Starts DynamoDB Local in a process of its own, which ends with this one, however this one ends.
 * Tables are the same for all credentials and Regions.
 *
 * @example const dynamoDb = await startDynamoDb(); new DynamoDBClient({ endpoint: dynamoDb.endpoint, … })
 * @throws LocalCloudError if there is no suitable Java, the folder cannot be made, or the port is in use
 */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDb> {
  const java = await findJava();
  const dataDirectory = options.dataDirectory === undefined ? undefined : resolve(options.dataDirectory);
  if (dataDirectory !== undefined) await createFolder(dataDirectory);
  const wanted = options.port ?? 0;
  if (wanted !== 0 && (await isPortTaken(wanted))) {
    throw new LocalCloudError('port.inUse', `Port ${wanted} for DynamoDB Local is in use.`);
  }
  let output = '';
  // Between finding a free port and Java's opening it another process may take it.
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const port = wanted === 0 ? await findFreePort() : wanted;
    const started = await launch(java, port, dataDirectory);
    if (started.ready) return started.dynamoDb;
    output = started.output;
  }
  throw new LocalCloudError(
    'dynamodb.notStarted',
    `DynamoDB Local did not start: ${output.trim().split('\n').at(-1) || `no answer within ${STARTUP_SECONDS} s`}`,
  );
}

type Launch =
  | { readonly ready: true; readonly dynamoDb: DynamoDb }
  | { readonly ready: false; readonly output: string };

async function launch(java: string, port: number, dataDirectory: string | undefined): Promise<Launch> {
  const guard = spawn(
    process.execPath,
    [fileURLToPath(new URL('./guard.mjs', import.meta.url)), java, ...javaArguments(port, dataDirectory)],
    // Detached, so that Ctrl-C reaches this process alone, which then stops in order.
    { cwd: emulatorDirectory(), stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  const keep = (chunk: Buffer) => {
    output = `${output}${chunk.toString()}`.slice(-4000);
  };
  guard.stdout.on('data', keep);
  guard.stderr.on('data', keep);
  const ended = new Promise<void>((done) => guard.once('exit', () => done()));
  // DynamoDB Local must not keep a process alive that has nothing else to do.
  guard.unref();
  for (const stream of [guard.stdin, guard.stdout, guard.stderr]) unref(stream);

  const deadline = Date.now() + STARTUP_SECONDS * 1000;
  while (guard.exitCode === null && guard.signalCode === null && Date.now() < deadline) {
    if (/Port:\s+\d+/.test(output) && (await answers(port)) && guard.exitCode === null) {
      return {
        ready: true,
        dynamoDb: { endpoint: `http://127.0.0.1:${port}`, port, stop: () => end(guard, ended) },
      };
    }
    await delay(25);
  }
  await end(guard, ended);
  return { ready: false, output };
}

async function end(guard: ChildProcess, ended: Promise<void>): Promise<void> {
  guard.ref();
  guard.stdin?.destroy();
  if (guard.exitCode === null && guard.signalCode === null) await ended;
}

function unref(stream: object): void {
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
}

/** Any answer will do: an unsigned request is refused, by the server that is asked for. */
async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function createFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LocalCloudError(
      'dynamodb.dataDirectory',
      `${directory} cannot be the folder that keeps the tables (${reason}): choose another one with --data-dir.`,
      { cause },
    );
  }
}

function javaArguments(port: number, dataDirectory: string | undefined): readonly string[] {
  return [
    // Half the start-up time: a small heap collector, and no second compiler for a short life.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.library.path=./DynamoDBLocal_lib',
    // Java does not look at TMPDIR, and leaves a native library there.
    `-Djava.io.tmpdir=${tmpdir()}`,
    '-jar',
    'DynamoDBLocal.jar',
    '-disableTelemetry',
    '-sharedDb',
    '-port',
    String(port),
    ...(dataDirectory === undefined ? ['-inMemory'] : ['-dbPath', dataDirectory]),
  ];
}

function emulatorDirectory(): string {
  const manifest = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json');
  return join(dirname(manifest), 'emulator');
}
