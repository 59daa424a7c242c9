import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ContendedSessionError } from '#edge/errors';
import { isTemporary } from '#store/errors';
import type { Log } from '#telemetry/telemetry';
import { problemAnswer } from './problem.ts';

const UNSUPPORTED_MEDIA_TYPE = 415;
const BAD_REQUEST = 400;

/** Answers what no operation expects; what is behind it is logged and not told. */
export function answerFailure(error: Error, context: Context, logger: Pick<Log, 'error'>): Response {
  if (error instanceof HTTPException && error.status === UNSUPPORTED_MEDIA_TYPE) {
    return problemAnswer(context, 'body.mediaType', {
      detail: 'The body is to be JSON; send it with Content-Type: application/json',
    });
  }
  if (error instanceof HTTPException && error.status === BAD_REQUEST) {
    return problemAnswer(context, 'request.invalid', { detail: 'The body is not JSON' });
  }
  if (error instanceof ContendedSessionError) {
    return problemAnswer(context, 'session.contended', {
      detail: 'Others changed the session at the same time, again and again; look at it and ask again',
    });
  }
  if (isTemporary(error)) {
    return problemAnswer(context, 'service.busy', { detail: 'Ask again in a second' });
  }
  logger.error('a request failed', error);
  return problemAnswer(context, 'service.failed', {
    detail: 'The log of the function says why; the request may be made again',
  });
}
