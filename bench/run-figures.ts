import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { costModel } from './cost-model.ts';
import type { Figure } from './figure.ts';
import type { Progress } from './progress.ts';
import { markdown, type Reported, terminalTable } from './report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = join(ROOT, 'bench', 'results');
const JSON_FILE = join(RESULTS, 'figures.json');

/** @throws Error that says which figures there are */
function wanted(figures: readonly Figure[], words: readonly string[]): readonly Figure[] {
  const options = { only: { type: 'string', multiple: true } } as const;
  const { only = [] } = parseArgs({ args: [...words], options }).values;
  const unknown = only.filter((name) => figures.every((figure) => figure.name !== name));
  if (unknown.length > 0) {
    const names = figures.map(({ name }) => name).join(', ');
    throw new Error(`--only ${unknown.join(', ')} came; allowed: ${names}`);
  }
  return only.length === 0 ? figures : figures.filter(({ name }) => only.includes(name));
}

/** What earlier runs measured, so that one figure can be measured again alone. */
function earlier(): Reported[] {
  try {
    return (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as { figures: Reported[] }).figures;
  } catch {
    return [];
  }
}

/**
 * Runs the figures one after the other, prints their table and writes the results.
 *
 * @returns the exit code: 1 when a figure could not be measured; a missed one is a result
 */
export async function runFigures(
  figures: readonly Figure[],
  words: readonly string[],
  progressOf: (name: string) => Progress,
): Promise<number> {
  const selected = wanted(figures, words);
  const reports = new Map<string, Reported>();
  let exitCode = 0;
  for (const { name, title, run } of selected) {
    const startedAtMs = performance.now();
    process.stderr.write(`  ${name}: ${title} …\n`);
    try {
      const measured = await run(progressOf(name));
      reports.set(name, { figure: { name, title }, load: loadavg()[0] ?? 0, ...measured });
      write(figures, reports);
      process.stderr.write(`  ${name}: ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s\n`);
    } catch (error) {
      exitCode = 1;
      process.stderr.write(
        `  ${name} could not be measured: ${error instanceof Error ? error.stack : error}\n`,
      );
    }
  }
  const inOrder = figures.flatMap(({ name }) => reports.get(name) ?? []);
  console.log(
    terminalTable(inOrder.filter(({ figure }) => selected.some(({ name }) => name === figure.name))),
  );
  return exitCode;
}

function write(figures: readonly Figure[], measured: ReadonlyMap<string, Reported>): void {
  const known = new Map([...earlier().map((report) => [report.figure.name, report] as const), ...measured]);
  const reports = figures.flatMap(({ name }) => known.get(name) ?? []);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(JSON_FILE, `${JSON.stringify({ machine, figures: reports }, null, 2)}\n`);
  writeFileSync(join(RESULTS, 'figures.md'), markdown(reports, machine));
  const values = Object.assign({}, ...reports.map((report) => report.values)) as Record<string, number>;
  const document = costModel(values);
  if (document !== undefined) writeFileSync(join(ROOT, 'docs', 'cost-model.md'), document);
}
