import { setTimeout as delay } from 'node:timers/promises';

/** Repeats the assertions until they hold; their last failure is thrown when the time is over. */
export async function eventually<Result>(
  assertions: () => Result | Promise<Result>,
  limitMs = 30_000,
): Promise<Result> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await assertions();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}
