import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type Watched, type WatchedResources, watchesOf } from './watches.ts';

export interface AlarmsProps extends WatchedResources {
  readonly alarmTopic?: ITopic | undefined;
  /** Where the operations guide is, to whose sections the descriptions lead. */
  readonly operationsGuide: string;
}

/** What an operator must hear of: something was refused, failed, was throttled or is not done in time. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.alarms = watchesOf(props).map((watched) => this.alarmFor(watched, props));
  }

  private alarmFor(
    { id, metric, says, runbook, above, periods }: Watched,
    { operationsGuide, alarmTopic }: AlarmsProps,
  ): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: `${says} What to do: ${operationsGuide}#${runbook}`,
      threshold: above ?? 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (alarmTopic !== undefined) alarm.addAlarmAction(new SnsAction(alarmTopic));
    return alarm;
  }
}
