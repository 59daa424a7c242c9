import type { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * Invokes a function again and again. A rule of EventBridge and not a schedule of EventBridge Scheduler: it needs no
 * role, since the function's own policy lets it in, and what fails is retried and kept by the settings for
 * asynchronous invocations that every function has.
 */
export function invokeEvery(scope: Construct, id: string, period: Duration, target: IFunction): Rule {
  return new Rule(scope, id, {
    description: `Each ${period.toHumanString()}`,
    schedule: Schedule.rate(period),
    targets: [new LambdaFunction(target)],
  });
}
