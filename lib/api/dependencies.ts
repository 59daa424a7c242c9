import type { DeadLetterQueue } from '#operator/dead-letters/dead-letter-queue';
import type { OperatorDependencies } from '#operator/dependencies';
import type { FilterListDependencies } from '#operator/look-ups/filter-list';
import type { SessionListDependencies } from '#operator/look-ups/list-sessions';
import type { TopicSubscriberDependencies } from '#operator/look-ups/topic-subscribers';
import type { TraceDependencies } from '#operator/trace/trace';
import type { StatisticsStore } from '#store/statistics/statistics';
import type { Log } from '#telemetry/telemetry';

/** What the API works with. */
export type ApiDependencies = TraceDependencies &
  SessionListDependencies &
  TopicSubscriberDependencies &
  FilterListDependencies & {
    readonly deadLetters: DeadLetterQueue;
    /** What acts work with. */
    readonly acts: OperatorDependencies;
    readonly statistics: Pick<
      StatisticsStore,
      'read' | 'points' | 'survey' | 'advice' | 'operation' | 'putOperation'
    >;
    /** With what the identifiers of the advice on a client begin. */
    readonly advicePrefixes: (clientId: string) => readonly string[];
    readonly logger: Log;
    readonly clock: () => number;
  };
