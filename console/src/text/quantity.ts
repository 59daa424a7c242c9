const WHOLE = new Intl.NumberFormat('en-US');
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export const countText = (count: number): string => WHOLE.format(count);

/** For axes: `1.2K`. */
export const shortCountText = (count: number): string => SHORT.format(count);

/** `1 session`, `2,000 sessions`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

export function bytesText(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (value < 1024) return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return `${value.toFixed(1)} TB`;
}

/** Rates are small or large: one digit after the point only below 10. */
export const rateText = (rate: number): string =>
  rate < 10 && !Number.isInteger(rate) ? rate.toFixed(1) : countText(Math.round(rate));
