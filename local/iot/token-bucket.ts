/** Lets so many pass a second, and as many at once after a pause. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #clock: () => number;
  #tokens: number;
  #filledAtMs: number;

  constructor(perSecond: number, clock: () => number) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = perSecond;
    this.#filledAtMs = clock();
  }

  take(): boolean {
    const nowMs = this.#clock();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + Math.max(0, gained));
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
