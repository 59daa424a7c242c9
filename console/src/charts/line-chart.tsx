import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { timeText } from '../text/instant.ts';
import { rateText } from '../text/quantity.ts';
import { useColourScheme } from './colours.ts';
import { type Curve, plotOptions } from './plot-options.ts';

const HEIGHT = 168;

interface LineChartProps {
  readonly title: string;
  /** What the numbers count, below the title. */
  readonly unit: string;
  readonly atSeconds: readonly number[];
  readonly curves: readonly Curve[];
}

/** A chart whose legend tells the newest values, or those below the pointer. */
export function LineChart({ title, unit, atSeconds, curves }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useColourScheme();
  const [pointed, setPointed] = useState<number>();

  // What is drawn, is drawn anew in another scheme only
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const onCursor = (index: number | null | undefined) => setPointed(index ?? undefined);
    const size = { width: element.clientWidth, height: HEIGHT };
    const drawn = new uPlot(plotOptions(curves, size, onCursor), dataOf(atSeconds, curves), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [scheme]);

  useEffect(() => plot.current?.setData(dataOf(atSeconds, curves)), [atSeconds, curves]);

  const shown = pointed !== undefined && pointed < atSeconds.length ? pointed : atSeconds.length - 1;
  const shownAt = atSeconds[shown];
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="quiet">
          {unit}
          {pointed !== undefined && shownAt !== undefined && ` at ${timeText(shownAt * 1000)}`}
        </span>
      </figcaption>
      <ul class="legend">
        {curves.map(({ name, colour, values }) => (
          <li key={name}>
            <span class={`swatch swatch-${colour.replace(/^--curve-/, '')}`} />
            {name} <b>{valueText(values[shown])}</b>
          </li>
        ))}
      </ul>
      <div ref={place} class="plot" role="img" aria-label={summary(title, curves)} />
    </figure>
  );
}

function valueText(value: number | null | undefined): string {
  return value === undefined || value === null ? '–' : rateText(value);
}

function dataOf(atSeconds: readonly number[], curves: readonly Curve[]): uPlot.AlignedData {
  return [[...atSeconds], ...curves.map(({ values }) => [...values])];
}

/** For who cannot see the curves. */
function summary(title: string, curves: readonly Curve[]): string {
  const told = curves.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}: nothing yet`;
    const { low, high } = extremes(known);
    return `${name}: now ${valueText(known.at(-1))}, between ${rateText(low)} and ${rateText(high)}`;
  });
  return `${title}. ${told.join('. ')}.`;
}

function extremes(values: readonly number[]): { low: number; high: number } {
  return values.reduce(
    ({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }),
    { low: Number.POSITIVE_INFINITY, high: 0 },
  );
}
