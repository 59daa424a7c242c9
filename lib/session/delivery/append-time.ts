/**
 * The straggler rule. Pumps deliver, and move cursors, only up to `now - settle`. So an append must be
 * visible before its position is that old; one whose confirmation came later is made again at a new position,
 * which can cause a duplicate, never a loss.
 */

/** The part of the settle window that is left to differences between the clocks of appenders and pumps. */
const MARGIN_SHARE = 1 / 8;
/** A message younger than this part of the settle window keeps its place: three of four seconds. */
const FRESH_SHARE = 3 / 4;

/** How much the clocks of appenders and pumps may disagree, milliseconds. */
export function clockMarginMs(settleMs: number): number {
  return settleMs * MARGIN_SHARE;
}

/**
 * The append time: the receive time while that is fresh, so that a retry finds the same position; else now.
 *
 * @param notBeforeMs behind what the same client sent before, which was late; absent: it was not
 */
export function appendTimeMs(
  receivedAtMs: number,
  nowMs: number,
  settleMs: number,
  notBeforeMs = Number.NEGATIVE_INFINITY,
): number {
  const atMs = Math.abs(nowMs - receivedAtMs) < settleMs * FRESH_SHARE ? receivedAtMs : nowMs;
  return Math.max(atMs, notBeforeMs);
}

/** Whether an append, confirmed at `confirmedAtMs`, was visible before any pump could pass its position. */
export function appendedInTime(appendedAtMs: number, confirmedAtMs: number, settleMs: number): boolean {
  return confirmedAtMs - appendedAtMs < settleMs - clockMarginMs(settleMs);
}

/** Everything before this time is settled: a pump may deliver it and move cursors past it. */
export function settledBeforeMs(nowMs: number, settleMs: number): number {
  return nowMs - settleMs;
}

/**
 * Positions from here on have to be read consistently: what is older was visible half a settle window ago at
 * least, far longer than a replica lags behind.
 */
export function consistentFromMs(nowMs: number, settleMs: number): number {
  return settledBeforeMs(nowMs, settleMs) - settleMs / 2;
}
