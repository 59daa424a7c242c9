import type { DeadLetterQueue } from '#operator/dead-letter-queue';
import type { OperatorDependencies } from '#operator/dependencies';
import type { FilterListDependencies } from '#operator/filter-list';
import type { SessionListDependencies } from '#operator/list-sessions';
import type { TopicSubscriberDependencies } from '#operator/topic-subscribers';
import type { TraceDependencies } from '#operator/trace';
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
