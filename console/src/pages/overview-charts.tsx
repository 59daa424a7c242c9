import { useMemo, useState } from 'preact/hooks';
import { useApi } from '../api/context.ts';
import { LineChart } from '../charts/line-chart.tsx';
import type { Curve } from '../charts/plot-options.ts';
import { type CurveName, type Curves, curvesOf, type StatsPoint, withPolled } from '../charts/series.ts';
import { Choice } from '../parts/choice.tsx';
import { Loaded } from '../parts/states.tsx';
import { useRequest } from '../parts/use-request.ts';

const SPANS = [
  [1, '1 hour'],
  [6, '6 hours'],
  [24, '1 day'],
  [168, '1 week'],
] as const;

const CHARTS = [
  ['Sessions', 'by status', ['connected', 'disconnected']],
  ['Messages waiting', 'in all sessions', ['waiting']],
  ['Messages delivered', 'a minute', ['delivered']],
  ['Expired, taken over, dropped', 'a minute', ['expired', 'takenOver', 'dropped']],
] as const satisfies readonly (readonly [string, string, readonly CurveName[]])[];

const NAMES: Readonly<Record<CurveName, string>> = {
  connected: 'connected',
  disconnected: 'away',
  waiting: 'waiting',
  delivered: 'delivered',
  expired: 'sessions expired',
  takenOver: 'taken over',
  dropped: 'messages dropped',
};

const DASHES: Partial<Record<CurveName, readonly number[]>> = {
  disconnected: [6, 3],
  takenOver: [6, 3],
  dropped: [2, 3],
};

/** First what the service has recorded, then what was polled since. */
export function OverviewCharts({ polled }: { polled: readonly StatsPoint[] }) {
  const api = useApi();
  const [hours, setHours] = useState(1);
  const recorded = useRequest((signal) => api.points(hours, signal), `points of ${hours} hours`);
  return (
    <section aria-label="Charts">
      <Choice label="Time span" options={SPANS} value={hours} onChange={setHours} />
      <Loaded request={recorded} what="charts">
        {({ points }) => <Charts points={points} polled={polled} hours={hours} />}
      </Loaded>
    </section>
  );
}

interface ChartsProps {
  readonly points: readonly StatsPoint[];
  readonly polled: readonly StatsPoint[];
  readonly hours: number;
}

function Charts({ points, polled, hours }: ChartsProps) {
  const drawn = useMemo(() => {
    const curves = curvesOf(withPolled(points, polled, Date.now() - hours * 3_600_000));
    return { curves, charts: CHARTS.map(([, , names]) => names.map((name) => curveOf(name, curves))) };
  }, [points, polled, hours]);
  return (
    <div class="charts">
      {CHARTS.map(([title, unit], index) => (
        <LineChart
          key={title}
          title={title}
          unit={unit}
          atSeconds={drawn.curves.atSeconds}
          curves={drawn.charts[index] ?? []}
        />
      ))}
    </div>
  );
}

function curveOf(name: CurveName, curves: Curves): Curve {
  const dash = DASHES[name];
  return {
    name: NAMES[name],
    colour: `--curve-${name}`,
    values: curves[name],
    ...(dash !== undefined && { dash }),
  };
}
