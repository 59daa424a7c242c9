/** How long a device waits for what. Milliseconds. */
export interface CarriageTiming {
  /**
   * A frame without an answer is sent again after so long, then after twice as long, and so on.
   *
   * @default 4000
   */
  readonly resendAfterMs: number;
  /**
   * Without an answer for so long the connection has ended.
   *
   * @default 25000
   */
  readonly answerWithinMs: number;
  /**
   * When a part of an answer has come, the next one has to come within this, else the connection has ended.
   *
   * @default 5000
   */
  readonly nextPartWithinMs: number;
}

/** Above what a cold function takes; the service does not handle frames older than a minute. */
export const DEFAULT_TIMING: CarriageTiming = {
  resendAfterMs: 4_000,
  answerWithinMs: 25_000,
  nextPartWithinMs: 5_000,
};
