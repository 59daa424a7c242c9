import type { DisconnectOutcome, LookUp, SendOutcome } from './broker.ts';

/** What an error of the data plane means for a message, by HTTP status. Anything else is worth another try. */
const SEND_OUTCOMES: Readonly<Record<number, SendOutcome>> = {
  400: 'refused',
  401: 'notAuthorized',
  403: 'notAuthorized',
  404: 'notConnected',
  413: 'tooLarge',
  414: 'tooLarge',
  415: 'refused',
  429: 'throttled',
  431: 'tooLarge',
  504: 'timedOut',
};

function statusOf(error: unknown): number | undefined {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Translates a failed SendDirectMessage. A time-out on our side may have been a delivery, as 504 may. */
export function sendFailure(error: unknown): SendOutcome {
  const status = statusOf(error);
  if (status !== undefined) return SEND_OUTCOMES[status] ?? 'unavailable';
  return error instanceof Error && error.name === 'TimeoutError' ? 'timedOut' : 'unavailable';
}

/** Why a look-up got no answer: the broker's quota was used up, or anything else. */
export type LookUpFailure = 'throttled' | 'failed';

export function isThrottled(error: unknown): boolean {
  return statusOf(error) === 429;
}

/** Translates a failed look-up. */
export function lookUpFailure(error: unknown): Exclude<LookUp<never>, { outcome: 'found' }> {
  if (statusOf(error) === 404) return { outcome: 'unknownClient' };
  return { outcome: 'unavailable', reason: describe(error) };
}

/** Translates a failed DeleteConnection. */
export function disconnectFailure(error: unknown): Exclude<DisconnectOutcome, { outcome: 'closed' }> {
  if (statusOf(error) === 404) return { outcome: 'notConnected' };
  return { outcome: 'unavailable', reason: describe(error) };
}
