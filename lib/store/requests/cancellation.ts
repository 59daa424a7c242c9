import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { StoreRefusedError, StoreThrottledError, translateError } from '../errors.ts';
import type { Item } from './request.ts';

export type Transacted =
  | { readonly outcome: 'done' }
  /** The condition of the first item was not met; `item` as it stood, absent when there is none. */
  | { readonly outcome: 'conditionFailed'; readonly item?: Item }
  /** That of the first item was met, but not that of another one. */
  | { readonly outcome: 'otherConditionFailed' }
  /** Others were at the same items: try again. */
  | { readonly outcome: 'conflict' };

const CONDITION_FAILED = 'ConditionalCheckFailed';

/** Reasons that pass by themselves. */
const THROTTLED = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded']);

/** Awaits a transaction. */
export async function transacted(doing: string, response: Promise<unknown>): Promise<Transacted> {
  try {
    await response;
    return { outcome: 'done' };
  } catch (error) {
    if (error instanceof TransactionCanceledException) return cancelled(error, doing);
    throw translateError(error, doing);
  }
}

function cancelled(error: TransactionCanceledException, doing: string): Transacted {
  const reasons = error.CancellationReasons ?? [];
  const [first] = reasons;
  if (first?.Code === CONDITION_FAILED) {
    return { outcome: 'conditionFailed', ...(first.Item && { item: unmarshall(first.Item) }) };
  }
  const codes = reasons.flatMap(({ Code }) => (Code === undefined || Code === 'None' ? [] : [Code]));
  if (codes.length > 0 && codes.every((code) => code === 'TransactionConflict')) {
    return { outcome: 'conflict' };
  }
  const isOther = codes.every((code) => code === 'TransactionConflict' || code === CONDITION_FAILED);
  if (codes.length > 0 && isOther) return { outcome: 'otherConditionFailed' };
  const said = codes.join(', ') || error.message;
  if (codes.some((code) => THROTTLED.has(code))) {
    throw new StoreThrottledError(`DynamoDB throttled the request to ${doing} (${said}); try again later`, {
      cause: error,
    });
  }
  throw new StoreRefusedError(
    `DynamoDB refused to ${doing} (${said}); check the size of the items, the tables' names and keys`,
    { cause: error },
  );
}
