import type { Context } from 'hono';
import type { Refusal } from '#operator/provision/wanted';
import { problemAnswer } from '../problem.ts';

/** The problem that a session, or a subscription, cannot be as it was asked to be. */
export function refusal(context: Context, { reason, isOfIdentifier, isOfConnection }: Refusal) {
  const detail = reason.slice(0, 1_000);
  if (isOfConnection) return problemAnswer(context, 'session.connected', { detail });
  const errors = [{ in: 'path' as const, field: 'clientId', message: detail }];
  return problemAnswer(context, 'request.invalid', isOfIdentifier ? { detail, errors } : { detail });
}
