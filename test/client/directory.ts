import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory for the session state of one test. */
export async function sessionDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mqtt-session-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'session');
}
