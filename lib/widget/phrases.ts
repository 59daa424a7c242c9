import type { HistoryEntry } from '#history/entry';
import { NEVER } from '#session/expiry';

/** @example at(0) // '1970-01-01 00:00:00 UTC' */
export function at(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** @example span(90_000) // '1 min 30 s' */
export function span(milliseconds: number): string {
  let seconds = Math.max(0, Math.round(milliseconds / 1_000));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    if (seconds >= size) parts.push(`${Math.floor(seconds / size)} ${unit}`);
    seconds %= size;
  }
  if (seconds > 0 || parts.length === 0) parts.push(`${seconds} s`);
  return parts.slice(0, 2).join(' ');
}

export function interval(seconds: number): string {
  if (seconds === NEVER) return 'never expires';
  return seconds === 0 ? '0: ends with the connection' : span(seconds * 1_000);
}

export function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/** What an entry of the history tells besides its type. */
export function detailsOf(entry: HistoryEntry): string {
  switch (entry.type) {
    case 'started':
    case 'resumed':
    case 'takenOver':
      return [entry.ipAddress, entry.principal, interval(entry.sessionExpiryInterval)]
        .filter((part) => part !== undefined)
        .join(', ');
    case 'disconnected':
      return entry.reason ?? '';
    case 'expired':
      return entry.lostMessages === undefined ? '' : `${entry.lostMessages} messages were lost with it`;
    case 'ended':
      return entry.reason;
    case 'intervalChanged':
      return `from ${interval(entry.previousInterval)} to ${interval(entry.sessionExpiryInterval)}`;
    case 'delivered':
      return `${entry.messages} messages`;
    case 'dropped':
      return counts(entry.counts);
    case 'operator':
      return `${entry.act} by ${entry.actor}`;
  }
}
