import colors from 'yoctocolors';

export type Colour = 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'red' | 'yellow';

/** Coloured only where a person looks on. */
export function coloured(colour: Colour, text: string): string {
  return process.stdout.isTTY === true ? colors[colour](text) : text;
}

/** Control and format characters, such as those that move the cursor or turn the writing direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** What devices and users sent, safe to show: never a raw control character, and not too long. */
export function shown(text: string, limit = 120): string {
  const escaped = text.replaceAll(
    INVISIBLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return escaped.length <= limit ? escaped : `${escaped.slice(0, limit)}…`;
}

/** Rows in columns that are as wide as their longest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Shows that something goes on, and in the end how long it took. */
export async function step<Result>(title: string, work: Promise<Result>): Promise<Result> {
  const startedAtMs = performance.now();
  const seconds = (digits: number) => ((performance.now() - startedAtMs) / 1000).toFixed(digits);
  const terminal = process.stdout.isTTY === true;
  if (terminal) process.stdout.write(`  ${title} …`);
  else console.log(`  ${title} …`);
  const ticking = setInterval(() => {
    if (terminal) process.stdout.write(`\r  ${title} … ${seconds(0)} s`);
  }, 1000);
  try {
    const result = await work;
    console.log(`${terminal ? '\r' : ''}${coloured('green', '✓')} ${title}, ${seconds(1)} s   `.trimEnd());
    return result;
  } catch (error) {
    if (terminal) process.stdout.write('\n');
    throw error;
  } finally {
    clearInterval(ticking);
  }
}
