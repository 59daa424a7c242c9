import { inspect } from 'node:util';

/** A value as a message names it: on one line, not too long, whatever it is. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, compact: true });
  return text.replace(/^(.{80}).+$/su, '$1…');
}
