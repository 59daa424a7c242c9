import { appendedInTime, appendTimeMs } from '#session/delivery/append-time';
import { StoreUnavailableError } from '../errors.ts';

export interface TimedAppend {
  readonly receivedAtMs: number;
  readonly notBeforeMs?: number | undefined;
  readonly settleMs: number;
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
  /** Resolves once the write is confirmed. */
  readonly write: (atMs: number) => Promise<void>;
}

/** A write that is late this often in a row has a sick process or table behind it. */
const MAXIMUM_WRITES = 8;

/** Writes until one was confirmed in time, and resolves with its append time; never before. */
export async function appendInTime(append: TimedAppend): Promise<number> {
  const { receivedAtMs, notBeforeMs, settleMs, clock, write } = append;
  let atMs = appendTimeMs(receivedAtMs, clock(), settleMs, notBeforeMs);
  for (let count = 0; count < MAXIMUM_WRITES; count += 1) {
    await write(atMs);
    const confirmedAtMs = clock();
    if (appendedInTime(atMs, confirmedAtMs, settleMs)) return atMs;
    atMs = confirmedAtMs;
  }
  throw new StoreUnavailableError(
    `Each of ${MAXIMUM_WRITES} writes to a message log took longer than the settle window of ${settleMs / 1000} s allows; try again later`,
  );
}
