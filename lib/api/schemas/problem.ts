import '@hono/zod-openapi';
import * as z from 'zod';

/** What can be wrong with a request, by the stable code of its problem, with its HTTP status. */
export const PROBLEMS = {
  'request.invalid': { status: 400, title: 'The request is not valid' },
  'cursor.invalid': { status: 400, title: 'The cursor does not belong to this request' },
  'access.denied': { status: 403, title: 'The caller is not allowed to do this' },
  'route.notFound': { status: 404, title: 'There is no such path' },
  'session.notFound': { status: 404, title: 'The client has no session' },
  'operation.notFound': { status: 404, title: 'There is no such operation' },
  'deadLetter.notFound': { status: 404, title: 'There is no such dead letter' },
  'method.notAllowed': { status: 405, title: 'The path does not support this method' },
  'session.contended': { status: 409, title: 'The session was changed by others at the same time' },
  'session.connected': { status: 409, title: 'Only the device may do this while it is connected' },
  'deadLetter.notRedrivable': { status: 409, title: 'The dead letter cannot be sent again' },
  'session.exists': { status: 412, title: 'The client already has a session' },
  'body.tooLarge': { status: 413, title: 'The body is too large' },
  'body.mediaType': { status: 415, title: 'The body is not JSON' },
  'service.failed': { status: 500, title: 'The service failed' },
  'service.busy': { status: 503, title: 'The service is busy' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export const problem = z
  .object({
    type: z
      .string()
      .openapi({ description: 'URI that identifies the kind of problem; it ends with the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What was received, what is allowed, and what to do' }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    errors: z
      .array(
        z.object({
          in: z.enum(['path', 'query', 'header', 'body']),
          field: z
            .string()
            .openapi({ description: 'Name of the parameter or header; in a body, a JSON Pointer' }),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('Problem', { description: 'Problem details (RFC 9457)' });

export type Problem = z.infer<typeof problem>;
