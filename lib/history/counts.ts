/** What is counted since the service began to. */
export const TOTALS = [
  'started',
  'resumed',
  'takenOver',
  'disconnected',
  'expired',
  'ended',
  'delivered',
  'dropped',
] as const;

export type Total = (typeof TOTALS)[number];
export type Totals = Readonly<Record<Total, number>>;

/** How many sessions there are, those that have expired and are not removed yet among the disconnected. */
export const GAUGES = ['connected', 'disconnected'] as const;

export type Gauge = (typeof GAUGES)[number];

/** One more, or one less, session that ends at a time. */
export interface ExpiryChange {
  readonly endsAtMs: number;
  /** Seconds; the longer it is, the coarser the time is kept. */
  readonly sessionExpiryInterval: number;
  readonly count: 1 | -1;
}

/** What one change of a session adds to the counts. */
export interface CounterChanges {
  readonly totals: Readonly<Partial<Record<Total, number>>>;
  readonly gauges: Readonly<Partial<Record<Gauge, number>>>;
  readonly expiring: readonly ExpiryChange[];
}

/** Changes with what names the record that they are of, so that each counts once. */
export interface RecordedChanges {
  readonly clientId: string;
  /** The same for every attempt at the record. */
  readonly recordId: string;
  readonly changes: CounterChanges;
}

/** The counts of the whole service. */
export interface Counts {
  readonly totals: Totals;
  readonly connected: number;
  /** Sessions that wait for their client; those that have expired are not among them. */
  readonly disconnected: number;
  /** Expired, and not removed by TTL yet. */
  readonly expiredNotRemoved: number;
  /** To the hour; to the day where the interval is longer than a week. */
  readonly expiring: { readonly withinHour: number; readonly withinDay: number };
}
