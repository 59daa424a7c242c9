import { Duration } from 'aws-cdk-lib';
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { SessionFunctions } from '../functions/function-name.ts';
import type { Queues } from '../queues.ts';
import type { Tables } from '../tables.ts';
import { ruleThrottlesOf } from './rule-metrics.ts';
import { Runbook, type RunbookAnchor } from './runbooks.ts';
import { throttlesOf } from './table-metrics.ts';

export interface WatchedResources {
  readonly functions: SessionFunctions;
  readonly queues: Queues;
  readonly tables: Tables;
  /** Of all IoT rules. */
  readonly ruleNames: readonly string[];
}

/** Something that raises an alarm. */
export interface Watched {
  readonly id: string;
  readonly metric: IMetric;
  readonly says: string;
  readonly runbook: RunbookAnchor;
  /** @default 0 */
  readonly above?: number;
  /** In a row. @default 1 */
  readonly periods?: number;
}

export const PERIOD = Duration.minutes(5);

/** The longest that SQS delays a message is 15 minutes; one that asks for it and is then done is no matter. */
const OLD_SECONDS = Duration.minutes(30).toSeconds();
/** A delivery run is asked for five minutes ahead at the most. */
const OLD_DELIVERY_SECONDS = Duration.minutes(15).toSeconds();
const LATE_MS = Duration.minutes(5).toMilliseconds();
/** A table grows with its load and refuses a few requests meanwhile, which are tried again. */
const THROTTLED_PERIODS = 3;

/** The functions that read the stream of the Sessions table. */
const STREAM_READERS = ['expire', 'record'] as const satisfies readonly (keyof SessionFunctions)[];

export function iteratorAgeOf(target: IFunction): IMetric {
  return target.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: PERIOD });
}

export function ageOf(queue: Queue): IMetric {
  return queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: PERIOD });
}

/** Everything that is watched. */
export function watchesOf({ functions, queues, tables, ruleNames }: WatchedResources): readonly Watched[] {
  const { deadLetters, ...work } = queues;
  return [
    {
      id: 'DeadLettersDepth',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: Stats.MAXIMUM,
        period: PERIOD,
      }),
      says: 'Events or messages were refused or ran out of attempts; they wait in the dead-letter queue.',
      runbook: Runbook.deadLetters,
    },
    ...ruleThrottlesOf(ruleNames, PERIOD).map((metric, index) => ({
      id: `RuleThrottles${index + 1}`,
      metric,
      says: 'The rules engine of AWS IoT Core did not hand on events or messages, which are lost.',
      runbook: Runbook.ruleThrottled,
    })),
    ...Object.entries(functions).flatMap(([name, target]) => functionWatches(name, target)),
    ...STREAM_READERS.map((name) => ({
      id: `${capitalized(name)}IteratorAge`,
      metric: iteratorAgeOf(functions[name]),
      says: `The function ${name} reads the stream of the Sessions table minutes late.`,
      runbook: Runbook.streamLate,
      above: LATE_MS,
    })),
    ...Object.entries(work).map(([name, queue]) => ({
      id: `${capitalized(name)}Age`,
      metric: ageOf(queue),
      says: `The oldest message of the queue ${capitalized(name)} has waited for longer than any is meant to.`,
      runbook: Runbook.queueOld,
      above: name === 'deliveries' ? OLD_DELIVERY_SECONDS : OLD_SECONDS,
    })),
    ...Object.entries(tables).map(([name, table]) => ({
      id: `${capitalized(name)}TableThrottles`,
      metric: throttlesOf(name, table, PERIOD),
      says: `DynamoDB has refused requests to the table ${capitalized(name)} for a quarter of an hour.`,
      runbook: Runbook.tableThrottles,
      periods: THROTTLED_PERIODS,
    })),
  ];
}

function functionWatches(name: string, target: IFunction): readonly Watched[] {
  return [
    {
      id: `${capitalized(name)}Errors`,
      metric: target.metricErrors({ period: PERIOD }),
      says: `Invocations of ${name} failed; its log group says why.`,
      runbook: Runbook.functionFails,
    },
    {
      id: `${capitalized(name)}Throttles`,
      metric: target.metricThrottles({ period: PERIOD }),
      says: `Invocations of ${name} were throttled; the account's concurrency is used up.`,
      runbook: Runbook.functionThrottled,
    },
  ];
}

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
