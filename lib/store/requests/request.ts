import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { StoreContendedError, translateError } from '../errors.ts';

/** An item as DynamoDB gives it back: nothing is known of it yet. */
export type Item = Readonly<Record<string, unknown>>;

/** How often a lost race is decided again before giving up. */
const MAXIMUM_ATTEMPTS = 100;
const LONGEST_PAUSE_MS = 20;

/** Awaits a request and translates what it throws. */
export async function request<Output>(doing: string, response: Promise<Output>): Promise<Output> {
  try {
    return await response;
  } catch (error) {
    throw translateError(error, doing);
  }
}

export type Conditional<Output> =
  | { readonly met: true; readonly output: Output }
  /** `item` as it stood, when the request asked for it (`ReturnValuesOnConditionCheckFailure`). */
  | { readonly met: false; readonly item?: Item };

/** Awaits a conditional write: a condition that was not met is an answer, not an error. */
export async function conditional<Output>(
  doing: string,
  response: Promise<Output>,
): Promise<Conditional<Output>> {
  try {
    return { met: true, output: await response };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return error.Item === undefined ? { met: false } : { met: false, item: unmarshall(error.Item) };
    }
    throw translateError(error, doing);
  }
}

/**
 * Reads, decides and writes until the write was not overtaken: `attempt` returns undefined when it was. In
 * every round of rivals one comes through; the growing pauses let the others see its write.
 */
export async function untilUncontended<Result>(
  doing: string,
  attempt: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let count = 0; count < MAXIMUM_ATTEMPTS; count += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
    await sleep(Math.min(count, LONGEST_PAUSE_MS));
  }
  throw new StoreContendedError(
    `Could not ${doing}: others changed the item between our read and our write ${MAXIMUM_ATTEMPTS} times; try again later`,
  );
}

/** Undefined when the item was part of a transaction that was under way, so nothing was written. */
export async function unlessContended<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof StoreContendedError) return undefined;
    throw error;
  }
}
