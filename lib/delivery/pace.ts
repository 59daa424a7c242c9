/** Waits; injected so that tests need not. */
export type Sleep = (milliseconds: number) => Promise<void>;

/** Spaces out deliveries to one client, below the broker's limit for a connection. */
export class Pace {
  readonly #intervalMs: number;
  readonly #clock: () => number;
  readonly #sleep: Sleep;
  #nextAtMs = 0;

  constructor(perSecond: number, clock: () => number, sleep: Sleep) {
    this.#intervalMs = 1000 / perSecond;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  /** Returns when the next delivery may start. */
  async turn(): Promise<void> {
    const nowMs = this.#clock();
    const atMs = Math.max(this.#nextAtMs, nowMs);
    this.#nextAtMs = atMs + this.#intervalMs;
    if (atMs > nowMs) await this.#sleep(atMs - nowMs);
  }
}
