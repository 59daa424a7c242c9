import type { Time } from './time.ts';

let current: Time | undefined;

/** From now on the product's own pauses pass in this time too. */
export function useTime(time: Time | undefined): void {
  current = time;
}

/** `node:timers/promises` for a test that lives by virtual time. */
export function virtualTimers<Timers extends { setTimeout: unknown }>(original: Timers): Timers {
  const setTimeout = (milliseconds = 0, value?: unknown): Promise<unknown> => {
    if (current === undefined) return (original.setTimeout as typeof setTimeout)(milliseconds, value);
    return current.sleep(milliseconds).then(() => value);
  };
  return { ...original, setTimeout };
}
