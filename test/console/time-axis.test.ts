import { expect, it } from 'vitest';
import { TIME_STEPS, timeLabels } from '#console/charts/time-axis';

const DAY = 86_400;
const NOON = new Date(2026, 10, 25, 12).getTime() / 1000;

it.each(TIME_STEPS.filter((step) => step < DAY))('no two labels of one day are alike, %d s apart', (step) => {
  const count = Math.min(10, Math.floor(DAY / 2 / step));
  const labels = timeLabels(
    Array.from({ length: count }, (_, index) => NOON + index * step),
    step,
  );
  expect(new Set(labels).size, labels.join(' ')).toBe(count);
});

it('labels tell the day where it begins, and seconds only where they differ', () => {
  const midnight = NOON + DAY / 2;
  expect(timeLabels([midnight - 60, midnight, midnight + 60], 60)).toEqual([
    expect.stringMatching(/^\D*23\D59\D*$/),
    expect.stringMatching(/26/),
    expect.stringMatching(/^\D*00\D01\D*$/),
  ]);
  expect(timeLabels([midnight + 5], 5)).toEqual([expect.stringMatching(/^\D*00\D00\D05\D*$/)]);
});
