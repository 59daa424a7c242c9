/** Says what goes on; said at most every two seconds. */
export type Progress = (text: string) => void;

const EVERY_MS = 2_000;

/** Progress on standard error, so that standard output holds the table alone. */
export function consoleProgress(prefix: string): Progress {
  let saidAtMs = performance.now();
  return (text) => {
    if (performance.now() - saidAtMs < EVERY_MS) return;
    saidAtMs = performance.now();
    process.stderr.write(`    ${prefix}: ${text}\n`);
  };
}

/** For tests. */
export const silent: Progress = () => {};
