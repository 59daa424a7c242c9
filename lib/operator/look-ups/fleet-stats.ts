import { type Counts, TOTALS, type Total } from '#history/counts';
import type { StatisticsPoint } from '#store/statistics/points';
import type { StatisticsStore } from '#store/statistics/statistics';

/** Messages that wait in the whole fleet, as the last survey has it. */
export interface SurveyedWaiting {
  readonly messages: number;
  readonly bytes: number;
  readonly isEstimate: boolean;
}

/** What the survey keeps, as far as the counts of the fleet tell it. */
export interface SurveyFindings {
  readonly surveyedAtMs: number;
  readonly waiting: SurveyedWaiting;
}

export interface FleetStats {
  readonly atMs: number;
  readonly counts: Counts;
  readonly survey?: SurveyFindings;
  /** Of each total, how many more there are a minute; absent before there are two points. */
  readonly perMinute?: Readonly<Record<Total, number>>;
}

const MINUTE_MS = 60_000;
/** The span that rates are of: long enough for a steady number, short enough to tell what is going on. */
const RATE_SPAN_MS = 5 * MINUTE_MS;

/** The counts of the fleet: three small reads, whatever its size. */
export async function fleetStats(
  statistics: Pick<StatisticsStore, 'read' | 'points' | 'survey'>,
  nowMs: number,
): Promise<FleetStats> {
  const [counts, points, survey] = await Promise.all([
    statistics.read(nowMs),
    statistics.points(nowMs - RATE_SPAN_MS, nowMs),
    statistics.survey<SurveyFindings>(),
  ]);
  const [oldest] = points;
  const perMinute = oldest === undefined ? undefined : ratesSince(oldest, counts, nowMs);
  return {
    atMs: nowMs,
    counts,
    ...(survey !== undefined && { survey }),
    ...(perMinute !== undefined && { perMinute }),
  };
}

function ratesSince({ atMs, totals }: StatisticsPoint, counts: Counts, nowMs: number) {
  if (nowMs - atMs < MINUTE_MS / 2) return undefined;
  const minutes = (nowMs - atMs) / MINUTE_MS;
  const rate = (name: Total) => Math.max(0, (counts.totals[name] - totals[name]) / minutes);
  const entries = TOTALS.map((name) => [name, Math.round(rate(name) * 100) / 100]);
  return Object.fromEntries(entries) as Readonly<Record<Total, number>>;
}
