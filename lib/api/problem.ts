import type { Context, TypedResponse } from 'hono';
import { PROBLEMS, type Problem, type ProblemCode } from './schemas/problem.ts';

const MEDIA_TYPE = 'application/problem+json';
const SECONDS_TO_WAIT = '1';

/** Its types are names, not addresses: what they mean is in docs/api.md. */
const TYPE_PREFIX = 'urn:mqtt-sessions:problem:';

type StatusOf<Code extends ProblemCode> = (typeof PROBLEMS)[Code]['status'];

/** What is said of a problem beside what its code says. */
export interface Told {
  /** What came, what is allowed, what to do. */
  readonly detail: string;
  readonly errors?: Problem['errors'];
}

/**
 * Answers with problem details (RFC 9457).
 *
 * @example problemAnswer(context, 'session.notFound', { detail: 'The client has no session; …' })
 */
export function problemAnswer<Code extends ProblemCode>(
  context: Context,
  code: Code,
  { detail, errors }: Told,
): Response & TypedResponse<Problem, StatusOf<Code>, 'json'> {
  const { status, title }: { readonly status: StatusOf<Code>; readonly title: string } = PROBLEMS[code];
  const problem: Problem = {
    type: `${TYPE_PREFIX}${code}`,
    title,
    status,
    detail,
    code,
    ...(errors === undefined ? {} : { errors }),
  };
  return context.json(problem, status, {
    'content-type': MEDIA_TYPE,
    ...(code === 'service.busy' && { 'retry-after': SECONDS_TO_WAIT }),
  }) as never;
}
