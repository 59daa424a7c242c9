import { useMemo, useState } from 'preact/hooks';
import type { Stats } from '#api/schemas/stats';
import { useApi } from '../api/context.ts';
import { pointOf, type StatsPoint } from '../charts/series.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Loaded } from '../parts/states.tsx';
import { useInterval } from '../parts/use-interval.ts';
import { useRequest } from '../parts/use-request.ts';
import { timeText } from '../text/instant.ts';
import { OverviewCharts } from './overview-charts.tsx';
import { Tiles } from './overview-tiles.tsx';

const POLL_MS = 10_000;

/** The fleet at a glance, kept fresh while it is in view. */
export function Overview() {
  const api = useApi();
  const [paused, setPaused] = useState(false);
  const stats = useRequest((signal) => api.stats(signal), 'stats');
  useInterval(stats.poll, paused ? undefined : POLL_MS);
  const polled = usePolled(stats.data);

  return (
    <>
      <PageHead title="Overview">
        <span class="quiet" title="Every 10 seconds while this page is in view">
          {stats.loadedAtMs === undefined ? '' : `Updated ${timeText(stats.loadedAtMs)}`}
        </span>
        <button type="button" class="button button-small" onClick={() => setPaused(!paused)}>
          {paused ? 'Resume updates' : 'Pause updates'}
        </button>
      </PageHead>
      <Loaded request={stats} what="statistics">
        {(data) => <Tiles stats={data} />}
      </Loaded>
      <OverviewCharts polled={polled} />
    </>
  );
}

/** Every poll since the page was opened, oldest first. */
function usePolled(stats: Stats | undefined): readonly StatsPoint[] {
  const [all] = useState<StatsPoint[]>(() => []);
  return useMemo(() => {
    if (stats !== undefined && stats.at !== all.at(-1)?.at) all.push(pointOf(stats));
    return [...all];
  }, [stats, all]);
}
