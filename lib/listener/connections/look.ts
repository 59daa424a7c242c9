import type { PacketsRequest } from '#packets/carrying/exchange';

export type Look = NonNullable<PacketsRequest['look']>;

/** More than so many are not worth naming. */
const MAXIMUM_FILTERS = 100;

/** One look that does for both; without filters it is at all of them. */
export function mergeLooks(first: Look | undefined, second: Look): Look {
  if (first === undefined) return second;
  if (first.filters === undefined || second.filters === undefined) return {};
  const filters = [...new Set([...first.filters, ...second.filters])];
  return filters.length > MAXIMUM_FILTERS ? {} : { filters };
}

/**
 * Looks again when the function has asked for it. Of many requests in a row the first and the last are kept:
 * no look comes too early for what was appended last, and there is not one for each.
 */
export class LookTimer {
  private readonly look: () => void;
  private timer: NodeJS.Timeout | undefined;
  private lastAtMs = 0;

  constructor(look: () => void) {
    this.look = look;
  }

  lookAfter(delayMs: number): void {
    this.lastAtMs = Math.max(this.lastAtMs, performance.now() + delayMs);
    this.timer ??= setTimeout(() => this.fire(), delayMs);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private fire(): void {
    // A timer may fire within the millisecond before its time.
    const leftMs = Math.floor(this.lastAtMs - performance.now());
    this.timer = leftMs > 0 ? setTimeout(() => this.fire(), leftMs) : undefined;
    this.look();
  }
}
