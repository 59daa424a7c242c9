const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** @example spoken(5_400) // '1.5 hours' */
export function spoken(seconds: number): string {
  const [name, size] = UNITS.find(([, unit]) => seconds >= unit) ?? (['second', 1] as const);
  const count = Math.round((seconds / size) * 10) / 10;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** Up to the next whole hour, so that a proposal is a number that somebody would write. */
export function wholeHours(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 3_600)) * 3_600;
}
