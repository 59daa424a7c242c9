import { durationText } from './duration.ts';

const DATE_AND_TIME = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** In the operator's own time zone. */
export const instantText = (at: string | number): string => DATE_AND_TIME.format(new Date(at));
export const timeText = (at: string | number): string => TIME.format(new Date(at));

/** `3 min ago`, `in 2 h`. */
export function relativeText(at: string | number, nowMs: number): string {
  const seconds = (new Date(at).getTime() - nowMs) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  return seconds > 0 ? `in ${durationText(seconds)}` : `${durationText(-seconds)} ago`;
}

/** For `<input type="datetime-local">`, which knows no time zone; '' when there is none. */
export function toLocalInput(at: string | undefined): string {
  if (at === undefined || Number.isNaN(Date.parse(at))) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocalInput(value: string): string | undefined {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
