/** Something went wrong between the store and DynamoDB. Expected outcomes are returned, not thrown. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
  /** Stable, for logs and metrics. */
  readonly code: string = 'store.failed';
}

/** The table takes no more requests for now, and the retries of the client are used up. */
export class StoreThrottledError extends StoreError {
  override readonly name = 'StoreThrottledError';
  override readonly code = 'store.throttled';
}

/** DynamoDB could not be reached, or failed, or did not answer in time; the write may have happened. */
export class StoreUnavailableError extends StoreError {
  override readonly name = 'StoreUnavailableError';
  override readonly code = 'store.unavailable';
}

/** DynamoDB refuses the request as it is: trying again does not help. */
export class StoreRefusedError extends StoreError {
  override readonly name = 'StoreRefusedError';
  override readonly code = 'store.refused';
}

/** Others kept changing the same item between our read and our write. */
export class StoreContendedError extends StoreError {
  override readonly name = 'StoreContendedError';
  override readonly code = 'store.contended';
}

/** An item in a table is not what this version of the service writes. */
export class StoreItemError extends StoreError {
  override readonly name = 'StoreItemError';
  override readonly code = 'store.item';
}

/** The environment does not name the tables. */
export class StoreConfigurationError extends StoreError {
  override readonly name = 'StoreConfigurationError';
  override readonly code = 'store.configuration';
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(
      `The environment lacks ${missing.join(', ')}; set each to the name of its table, as the stack does for its functions`,
    );
    this.missing = missing;
  }
}

/** What callers may wait out: the same request can succeed later. */
export function isTemporary(error: unknown): boolean {
  return (
    error instanceof StoreThrottledError ||
    error instanceof StoreUnavailableError ||
    error instanceof StoreContendedError
  );
}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);
const UNAVAILABLE = new Set([
  'InternalServerError',
  'InternalServerErrorException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TransactionInProgressException',
  'TimeoutError',
  'RequestTimeout',
  'AbortError',
  'NetworkingError',
]);

/** An item is part of a transaction that is under way. */
const CONTENDED = 'TransactionConflictException';

interface Described {
  readonly name?: unknown;
  readonly message?: unknown;
  /** Set by Node for failures of the connection, such as ECONNREFUSED. */
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** An error of the SDK as one of ours. `doing` says what was tried, for example `read the session of …`. */
export function translateError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const { name, message, code, $metadata: metadata } = (error ?? {}) as Described;
  const said = `${String(name)}: ${String(message)}`;
  const options = { cause: error };
  if (typeof name === 'string' && THROTTLED.has(name)) {
    return new StoreThrottledError(
      `DynamoDB throttled the request to ${doing} (${said}); try again later`,
      options,
    );
  }
  if (name === CONTENDED) {
    return new StoreContendedError(
      `Could not ${doing}: the item is part of a transaction that is under way (${said}); try again later`,
      options,
    );
  }
  const failed = (metadata?.httpStatusCode ?? 0) >= 500 || /^E[A-Z]+$/.test(String(code));
  if (failed || (typeof name === 'string' && UNAVAILABLE.has(name))) {
    return new StoreUnavailableError(`DynamoDB did not ${doing} (${said}); try again later`, options);
  }
  return new StoreRefusedError(
    `DynamoDB refused to ${doing} (${said}); check the tables' names, keys and the function's permissions`,
    options,
  );
}
