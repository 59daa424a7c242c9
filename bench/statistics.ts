/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.floor((sorted.length - 1) * part)];
  if (value === undefined) throw new Error('A quantile of no values was asked for');
  return value;
}

export interface PairedRatio {
  /** Median of the ratios of neighbouring runs: what slows down both does not move it. */
  readonly ratio: number;
  /** The middle half of the ratios: how noisy the machine was. */
  readonly from: number;
  readonly upTo: number;
}

/** How many times the other each of the ones was, pair by pair. */
export function pairedRatio(ones: readonly number[], others: readonly number[]): PairedRatio {
  const ratios = ones.map((one, index) => one / (others[index] ?? Number.NaN));
  return { ratio: median(ratios), from: quantile(ratios, 0.25), upTo: quantile(ratios, 0.75) };
}

/** `1.07 (middle half 1.02 to 1.15)` */
export function ratioText({ ratio, from, upTo }: PairedRatio): string {
  return `${ratio.toFixed(2)} (middle half ${from.toFixed(2)} to ${upTo.toFixed(2)})`;
}
