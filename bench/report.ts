import type { Figure, Line, Measured } from './figure.ts';

export interface Reported extends Measured {
  readonly figure: Pick<Figure, 'name' | 'title'>;
  /** The machine's load average of the last minute when it was done: how much else went on. */
  readonly load?: number;
}

const HEADER = ['what', 'to reach', 'measured', ''] as const;

function cells({ what, toReach, measured, verdict }: Line): string[] {
  return [what, toReach, measured, verdict];
}

/** The table for a terminal; notes stand below their line. */
export function terminalTable(reports: readonly Reported[]): string {
  const rows = [HEADER, ...reports.flatMap(({ lines }) => lines.map(cells))];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The table for the README, with notes and the details of each sum. */
export function markdown(reports: readonly Reported[], machine: string): string {
  const row = (columns: readonly string[]) =>
    `| ${columns.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [
    row(['what', 'to reach', 'measured', '']),
    row(['---', '---', '---', '---']),
    ...reports.flatMap(({ lines }) => lines.map((line) => row(cells(line)))),
  ];
  const notes = reports.flatMap(({ lines }) =>
    lines.filter(({ note }) => note !== undefined).map(({ what, note }) => `- **${what}**: ${note}.`),
  );
  const details = reports.flatMap((report) => (report.details === undefined ? [] : [report.details]));
  const loads = reports.flatMap(({ figure, load }) =>
    load === undefined ? [] : [`${figure.name} ${load.toFixed(1)}`],
  );
  return [
    '## Figures',
    '',
    `Made by \`npm run bench\` with the real code on ${machine}. Units are what DynamoDB counts for each request; ratios come from paired runs in turn.`,
    '',
    ...table,
    '',
    ...(loads.length === 0
      ? []
      : [`Load average when each was done, the measurement's own part included: ${loads.join(', ')}.`, '']),
    'How each was measured:',
    '',
    ...notes,
    '',
    ...details,
  ].join('\n');
}
