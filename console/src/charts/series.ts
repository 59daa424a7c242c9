import type { Stats, StatsPoints } from '#api/schemas/stats';

export type StatsPoint = StatsPoints['points'][number];

/** What the overview draws, a column a name; `null` is a gap in the line. */
export interface Curves {
  /** Seconds since the epoch, as uPlot wants them. */
  readonly atSeconds: readonly number[];
  readonly connected: readonly number[];
  readonly disconnected: readonly number[];
  readonly waiting: readonly number[];
  readonly delivered: readonly (number | null)[];
  readonly expired: readonly (number | null)[];
  readonly takenOver: readonly (number | null)[];
  readonly dropped: readonly (number | null)[];
}

const MINUTE_SECONDS = 60;

export type CurveName = Exclude<keyof Curves, 'atSeconds'>;

/** The points of the survey, and behind them what was polled since. */
export function curvesOf(points: readonly StatsPoint[]): Curves {
  const atSeconds = points.map(({ at }) => Date.parse(at) / 1000);
  const column = (name: CurveName) => points.map((point) => point[name]);
  const perMinute = (name: CurveName) => ratesOf(atSeconds, column(name));
  return {
    atSeconds,
    connected: column('connected'),
    disconnected: column('disconnected'),
    waiting: column('waiting'),
    delivered: perMinute('delivered'),
    expired: perMinute('expired'),
    takenOver: perMinute('takenOver'),
    dropped: perMinute('dropped'),
  };
}

/**
 * Rates of a total that only grows: over the last minute before each point, or since the point before where that
 * is longer ago. The first point has none before it and shows none.
 */
function ratesOf(atSeconds: readonly number[], totals: readonly number[]): readonly (number | null)[] {
  let from = 0;
  return totals.map((total, index) => {
    const at = atSeconds[index] ?? 0;
    while (from + 1 < index && at - (atSeconds[from + 1] ?? at) >= MINUTE_SECONDS) from += 1;
    const seconds = at - (atSeconds[from] ?? at);
    return seconds <= 0 ? null : (Math.max(0, total - (totals[from] ?? total)) / seconds) * MINUTE_SECONDS;
  });
}

/** A poll of the statistics in the form of a point. */
export function pointOf({ at, sessions, waiting, totals }: Stats): StatsPoint {
  return {
    at,
    connected: sessions.connected,
    disconnected: sessions.disconnected,
    waiting: waiting?.messages ?? 0,
    delivered: totals.delivered,
    expired: totals.expired,
    takenOver: totals.takenOver,
    dropped: totals.dropped,
  };
}

/** Polled points that are newer than the survey's last, within the span that is drawn. */
export function withPolled(
  points: readonly StatsPoint[],
  polled: readonly StatsPoint[],
  sinceMs: number,
): readonly StatsPoint[] {
  const last = points.at(-1)?.at ?? '';
  return [...points, ...polled.filter(({ at }) => at > last)].filter(({ at }) => Date.parse(at) >= sinceMs);
}
