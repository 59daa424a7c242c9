/** Session Expiry Interval of a session that never expires. */
export const NEVER_SECONDS = 0xffff_ffff;

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units: `3 d 4 h`, `12 min`, `45 s`. */
export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(`${count} ${unit}`);
    // What follows a unit that was left out would be precise in the wrong place.
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

export function intervalText(seconds: number): string {
  if (seconds >= NEVER_SECONDS) return 'never expires';
  return seconds === 0 ? 'ends with its connection' : durationText(seconds);
}
