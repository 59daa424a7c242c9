import type { core } from 'zod';
import { shown } from '#session/shown';

type Issue = core.$ZodIssue;

/** What the schema allows, for the kinds of issues whose own texts speak of types rather than of values. */
function allowed(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return ARTICLES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return alternatives(issue.values.map((value) => JSON.stringify(value)));
    case 'invalid_union':
      return alternatives(
        issue.errors.flatMap((branch) => branch.map((each) => allowed(each) ?? each.message)),
      );
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue)}`;
    case 'invalid_format':
      return issue.format === 'datetime' ? 'a time in UTC such as 2026-11-25T16:40:00Z' : undefined;
    case 'unrecognized_keys':
      return 'what /openapi.json names for this operation';
    default:
      return undefined;
  }
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'one text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function unit({ origin }: { readonly origin: string }): string {
  return UNITS[origin] ?? '';
}

function alternatives(values: readonly string[]): string {
  return [...new Set(values)].join(' or ');
}

/** What came, and what is allowed; a text of the schema's own says that by itself. */
export function issueText(issue: Issue, input: unknown): string {
  const may = allowed(issue);
  if (may === undefined) return issue.message;
  const came = issue.path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
  const what =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => shown(key)).join(', ') : shown(came);
  return `${what} came; allowed: ${may}`;
}
