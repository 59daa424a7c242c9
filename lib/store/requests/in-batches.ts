import { setTimeout as sleep } from 'node:timers/promises';
import { StoreThrottledError } from '../errors.ts';

const MAXIMUM_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 20;

/**
 * Hands parts of a request over in batches of at most so many. What DynamoDB was too busy for comes back from `ask`, and
 * is handed over again.
 *
 * @param doing what it is done for, such as `read routes`
 * @throws StoreThrottledError when a part came back from each of six batches in a row
 */
export async function inBatches<Part>(
  doing: string,
  parts: readonly Part[],
  size: number,
  ask: (batch: Part[]) => Promise<readonly Part[]>,
): Promise<void> {
  let open = [...parts];
  let pauses = 0;
  while (open.length > 0) {
    const unprocessed = await ask(open.slice(0, size));
    open = [...unprocessed, ...open.slice(size)];
    if (unprocessed.length === 0) {
      pauses = 0;
      continue;
    }
    pauses += 1;
    if (pauses === MAXIMUM_ATTEMPTS) {
      throw new StoreThrottledError(
        `DynamoDB was too busy ${pauses} times in a row to ${doing}; try again later`,
      );
    }
    await sleep(FIRST_PAUSE_MS * 2 ** (pauses - 1));
  }
}
