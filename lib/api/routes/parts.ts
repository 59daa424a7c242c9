import { textOfSegment } from '../path-text.ts';
import { PROBLEMS, type ProblemCode, problem } from '../schemas/problem.ts';
import { clientId, searchText, topic, topicFilter } from '../schemas/values.ts';
import '@hono/zod-openapi';
import * as z from 'zod';

/** A segment of the path: percent-encoded, or `~` and base64url. */
const segment = z.string().transform((value, context) => {
  const text = textOfSegment(value);
  if (text !== undefined) return text;
  context.addIssue({ code: 'custom', message: 'is, after ~, the base64url form of UTF-8 text' });
  return z.NEVER;
});

const SEGMENT_FORM = 'percent-encoded, or `~` followed by the base64url form of its UTF-8 bytes';

export const clientParams = z.object({
  clientId: segment.pipe(clientId).openapi({
    param: { name: 'clientId', in: 'path' },
    description: `Client identifier, ${SEGMENT_FORM}; the second form works for every client identifier`,
    example: 'meter-7',
  }),
});

export const subscriptionParams = clientParams.extend({
  filter: segment.pipe(topicFilter).openapi({
    param: { name: 'filter', in: 'path' },
    description: `Topic filter, including \`$share/…\`, ${SEGMENT_FORM}`,
    example: '~bWV0ZXJzLzcvIw',
  }),
});

/** What the service has named itself. */
export const named = (name: string, description: string) =>
  segment.pipe(searchText).openapi({ param: { name, in: 'path' }, description });

export const topicParams = z.object({
  topic: segment.pipe(topic).openapi({
    param: { name: 'topic', in: 'path' },
    description: `Topic name, ${SEGMENT_FORM}`,
    example: '~ZGV2aWNlcy83L2NvbW1hbmRz',
  }),
});

/** What a path without parameters in its query takes: none. */
export const noQuery = z.strictObject({});

/** A precondition on there being nothing yet (RFC 9110, 13.1.2). Nothing here has an entity tag. */
export const onlyIfNone = z.object({
  'if-none-match': z
    .literal('*')
    .optional()
    .openapi({
      param: { name: 'if-none-match', in: 'header' },
      description:
        '`*`: create the session only if the client has none. If it has one, the session stays as it is and the answer is 412. That is also the answer if a request that succeeded is repeated',
    }),
});

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

export const answer = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: json(schema),
});

/** A body that has to be there. */
export const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });

type Status<Code extends ProblemCode> = (typeof PROBLEMS)[Code]['status'];

interface ProblemResponse {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problem } };
}

/** The answers that any request may get, and those that these codes stand for. */
export function problems<Code extends ProblemCode = never>(
  ...codes: readonly Code[]
): Record<Status<Code> | 400 | 403 | 500 | 503, ProblemResponse> {
  const all = new Set<ProblemCode>([
    'request.invalid',
    ...codes,
    'access.denied',
    'service.failed',
    'service.busy',
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of all) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, each]) => [
    status,
    {
      description: each.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: problem } },
    },
  ]);
  return Object.fromEntries(responses);
}
