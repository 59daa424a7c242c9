import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { SessionFunctions } from './event-sources.ts';

export interface AlarmsProps {
  readonly functions: SessionFunctions;
  readonly deadLetters: Queue;
  readonly alarmTopic?: ITopic | undefined;
}

const PERIOD = Duration.minutes(5);

/** What an operator must hear of: something was refused, failed or was throttled. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const add = (alarmId: string, metric: IMetric, alarmDescription: string): Alarm => {
      const alarm = new Alarm(this, alarmId, {
        metric,
        alarmDescription,
        threshold: 0,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (props.alarmTopic !== undefined) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
      return alarm;
    };
    this.alarms = [
      add(
        'DeadLettersDepth',
        props.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: PERIOD }),
        'Events or messages were refused or ran out of attempts; they wait in the dead-letter queue.',
      ),
      ...Object.entries(props.functions).flatMap(([name, target]) => [
        add(
          `${capitalized(name)}Errors`,
          target.metricErrors({ period: PERIOD }),
          `Invocations of ${name} failed; its log group says why.`,
        ),
        add(
          `${capitalized(name)}Throttles`,
          target.metricThrottles({ period: PERIOD }),
          `Invocations of ${name} were throttled; the account's concurrency is used up.`,
        ),
      ]),
    ];
  }
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
