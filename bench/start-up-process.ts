import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export interface StartUp {
  /** From before the import until the handler is there. */
  readonly milliseconds: number;
  /** Of the processor, meanwhile: what others do on the machine counts less. */
  readonly processorMilliseconds: number;
}

const PROGRAM = `
const before = process.cpuUsage(); const start = performance.now();
const { handler } = await import(process.argv[1]);
if (typeof handler !== 'function') throw new Error('no handler');
const milliseconds = performance.now() - start; const used = process.cpuUsage(before);
console.log(JSON.stringify({ milliseconds, processorMilliseconds: (used.user + used.system) / 1000 }));
`;

/** Loads a bundle in a fresh process and tells how long that took. */
export async function startUpOf(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<StartUp> {
  const words = ['--input-type=module', '-e', PROGRAM, pathToFileURL(file).href];
  const env = { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, words, { env });
  return JSON.parse(stdout) as StartUp;
}
