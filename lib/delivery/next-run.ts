import type { PumpPurpose, PumpResult } from './pump.ts';

/** Runs that could not deliver anything wait longer each time, up to this. */
const LONGEST_WAIT_SECONDS = 300;
/** A client that does not subscribe again is looked after this often at the longest. */
const LONGEST_POLL_SECONDS = 30;
/** A client that its session calls connected, but its broker does not: after so many runs its next event decides. */
const NOT_CONNECTED_ATTEMPTS = 6;

/**
 * Looks for stragglers after a client has caught up: one for messages that found their route late, one when
 * Lambda has tried an asynchronous invocation again, which it does after one and after three minutes.
 */
const STRAGGLERS_AFTER_SECONDS = [8, 240] as const;

export interface NextRun {
  readonly delaySeconds: number;
  /** Runs in a row that brought nothing. */
  readonly attempt: number;
  readonly purpose: PumpPurpose;
}

function doubling(attempt: number, longestSeconds: number): number {
  return Math.min(2 ** Math.min(attempt, 16), longestSeconds);
}

/**
 * When the next run for a client is due after this one; undefined when only its next event can change
 * anything.
 *
 * @param attempt runs in a row, before this one, that brought nothing
 */
export function nextRun(
  result: PumpResult,
  attempt: number,
  nowMs: number,
  purpose: PumpPurpose = 'catchUp',
): NextRun | undefined {
  const next = (delaySeconds: number, nextAttempt: number): NextRun => ({
    delaySeconds,
    attempt: nextAttempt,
    purpose,
  });
  if (result.outcome === 'nothing') return undefined;
  if (result.outcome === 'complete') {
    const looks = purpose === 'stragglers' ? attempt + 1 : 0;
    const delaySeconds = STRAGGLERS_AFTER_SECONDS[looks];
    return delaySeconds === undefined ? undefined : { delaySeconds, attempt: looks, purpose: 'stragglers' };
  }
  const leftSeconds = (untilMs: number) => Math.max(Math.ceil((untilMs - nowMs) / 1000), 1);
  if (result.outcome === 'busy') return next(leftSeconds(result.retryAtMs), attempt);
  const inVain = result.delivered > 0 ? 0 : attempt + 1;
  switch (result.reason) {
    case 'outOfTime':
      return next(0, inVain);
    case 'settling':
      return next(leftSeconds(result.notBeforeMs), 0);
    case 'notSubscribed':
      return next(doubling(inVain + 1, LONGEST_POLL_SECONDS), inVain);
    case 'notConnected':
      return inVain > NOT_CONNECTED_ATTEMPTS
        ? undefined
        : next(doubling(inVain, LONGEST_WAIT_SECONDS), inVain);
    case 'timedOut':
    case 'throttled':
    case 'unavailable':
    case 'leaseLost':
      return next(doubling(inVain, LONGEST_WAIT_SECONDS), inVain);
  }
}
