import type * as z from 'zod/mini';
import { shown } from '#session/shown';

/** Each problem of a value that a schema refused: where, what came, what is allowed. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], value: unknown, what: string): string {
  return issues.map((issue) => problemOf(issue, value, what)).join('; ');
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, what: string): string {
  if (issue.code === 'unrecognized_keys') return `${what}: unknown ${issue.keys.map(shown).join(', ')} came`;
  const came = issue.path.reduce<unknown>(inside, value);
  const where = issue.path.join('.') || what;
  return `${where}: ${shown(came)} came; allowed: ${issue.message}`;
}

function inside(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
