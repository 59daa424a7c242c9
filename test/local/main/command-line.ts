import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '#test/local/eventually';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** For tests that do not look at them, so that many can run at once. */
export const OTHER_PORTS_FREE = [
  ...['--packet-port', '0', '--packet-ws-port', '0'],
  ...['--api-port', '0', '--console-port', '0'],
] as const;

/** Runs what `npm start` runs. */
export function start(flags: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'local/main.ts', ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    written.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    written.stderr += chunk.toString();
  });
  const closed = once(child, 'close');
  return {
    child,
    written,
    /** Resolves when it has ended. */
    ended: async () => {
      const [exitCode] = (await closed) as [number | null];
      return { exitCode, ...written };
    },
    hasWritten: (text: string, limitMs: number) =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`It ended: ${written.stderr}`);
        if (!written.stdout.includes(text)) throw new Error(`Not written: ${text}`);
      }, limitMs),
  };
}
