import type uPlot from 'uplot';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps between the labels of a time axis, seconds: whole ones, since no label tells parts of a second. */
export const TIME_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
];

/** Hours and minutes, seconds where labels stand closer than a minute, and the day where it begins. */
export function timeLabels(atSeconds: readonly number[], stepSeconds: number): string[] {
  const second = stepSeconds < MINUTE ? ('2-digit' as const) : undefined;
  return atSeconds.map((seconds) => {
    const at = new Date(seconds * 1000);
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
    return isMidnight
      ? at.toLocaleDateString(undefined, { day: '2-digit', month: 'short' })
      : at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second, hourCycle: 'h23' });
  });
}

export const timeAxis = {
  incrs: [...TIME_STEPS],
  values: (_plot, splits, _axis, _space, step) => timeLabels(splits, step),
} satisfies Pick<uPlot.Axis, 'incrs' | 'values'>;
