import type { Hook } from '@hono/zod-openapi';
import type { core } from 'zod';
import type { ApiEnvironment } from './environment.ts';
import { issueText } from './issue-text.ts';
import { problemAnswer } from './problem.ts';
import type { Problem } from './schemas/problem.ts';

/** So many problems are named; more help nobody. */
const MAXIMUM_NAMED = 20;
/** Of a field, whose name may be the caller's own. */
const MAXIMUM_CHARACTERS = 120;

const PLACES = { param: 'path', query: 'query', header: 'header', json: 'body' } as const;

type Named = NonNullable<Problem['errors']>[number];

function fieldOf(path: readonly PropertyKey[], place: Named['in']): string {
  const parts = path.map(String);
  const field =
    place === 'body'
      ? parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
      : parts.join('.');
  return field.length > MAXIMUM_CHARACTERS ? `${field.slice(0, MAXIMUM_CHARACTERS)}…` : field;
}

/** Of a name that is not known the name itself is the field. */
function namedBy(issue: core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

/** Refuses what does not meet the schemas of its operation, and says what and where. */
export const refuseInvalid: Hook<unknown, ApiEnvironment, '', unknown> = (result, context) => {
  if (result.success) return undefined;
  const place = PLACES[result.target as keyof typeof PLACES] ?? 'body';
  // The validator adds what came, of which the type of a hook does not know.
  const input: unknown = Reflect.get(result, 'data');
  const errors = result.error.issues.slice(0, MAXIMUM_NAMED).map(
    (issue): Named => ({
      in: place,
      field: fieldOf(namedBy(issue), place),
      message: issueText(issue, input).slice(0, 300),
    }),
  );
  const [first] = errors;
  const where = first === undefined || first.field === '' ? `the ${place}` : `${place} ${first.field}`;
  return problemAnswer(context, 'request.invalid', {
    detail: `${where}: ${first?.message ?? 'is not as it should be'}`.slice(0, 400),
    errors,
  });
};
