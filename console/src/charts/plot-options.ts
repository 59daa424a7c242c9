import type uPlot from 'uplot';
import { shortCountText } from '../text/quantity.ts';
import { colour } from './colours.ts';
import { timeAxis } from './time-axis.ts';

export interface Curve {
  readonly name: string;
  /** Custom property that holds its colour. */
  readonly colour: string;
  /** Tells curves apart where colours do not. */
  readonly dash?: readonly number[];
  /** `null` is a gap. */
  readonly values: readonly (number | null)[];
}

const FONT = '11px Inter, system-ui, sans-serif';
const SYNC_KEY = 'overview';

/** How one chart is drawn: a few grid lines, curves that begin at zero, one cursor for all charts of the page. */
export function plotOptions(
  curves: readonly Pick<Curve, 'colour' | 'dash'>[],
  size: { width: number; height: number },
  onCursor: (index: number | null | undefined) => void,
): uPlot.Options {
  const axis = {
    stroke: colour('--text-quiet'),
    font: FONT,
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  };
  return {
    ...size,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: SYNC_KEY },
      y: false,
      drag: { x: false, y: false },
      points: { size: 6 },
    },
    scales: { y: { range: (_plot, _low, high) => [0, niceTop(high)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 70, ...timeAxis },
      { ...axis, size: 44, space: 34, values: (_plot, values) => values.map(shortCountText) },
    ],
    series: [
      {},
      ...curves.map(({ colour: name, dash }) => ({
        stroke: colour(name),
        width: 1.5,
        points: { show: false },
        ...(dash !== undefined && { dash: [...dash] }),
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx)] },
  };
}

/** A little air above the highest value, and no scale below 4, so that counts have whole steps. */
function niceTop(high: number | null): number {
  return Math.max(4, (high ?? 0) * 1.1);
}
