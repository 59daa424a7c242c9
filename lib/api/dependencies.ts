import type { StatisticsStore } from '#store/statistics';
import type { Log } from '#telemetry/telemetry';

/** What the API works with. */
export interface ApiDependencies {
  readonly statistics: Pick<StatisticsStore, 'read' | 'points' | 'survey' | 'advice'>;
  readonly logger: Log;
  readonly clock: () => number;
}
