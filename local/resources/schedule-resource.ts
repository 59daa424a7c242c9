import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import type { Functions } from '#local/lambda/functions';
import { ratePeriodSeconds } from '#local/schedule/rate';
import { Schedule } from '#local/schedule/schedule';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import type { FunctionCall } from './function-permissions.ts';
import { ignored, propertiesOf } from './properties.ts';

const ruleSchema = z.strictObject({
  Name: z.optional(z.string()),
  ScheduleExpression: z.string(),
  State: z.optional(z.literal('ENABLED')),
  Targets: z.array(z.strictObject({ Id: z.string(), Arn: z.string() })),
  Description: ignored,
  Tags: ignored,
});

export interface ScheduleContext {
  readonly environment: Environment;
  readonly functions: Functions;
  /** In place of the period that the template says; undefined = that one. */
  readonly schedulePeriodSeconds: number | undefined;
}

/** An `AWS::Events::Rule` with a schedule. */
export function createSchedules(
  resource: Resource,
  { environment, functions, schedulePeriodSeconds }: ScheduleContext,
): CreatedResource & { readonly schedules: readonly Schedule[]; readonly calls: readonly FunctionCall[] } {
  const { Name, ScheduleExpression, Targets } = propertiesOf(resource, ruleSchema);
  const period = ratePeriodSeconds(ScheduleExpression);
  if (period === undefined) {
    throw new LocalCloudError(
      'template.unknownProperty',
      `The local cloud cannot run ${resource.logicalId}: its schedule is ${ScheduleExpression}, and the local cloud knows rate(… minutes), hours and days; teach it in local/schedule/rate.ts.`,
    );
  }
  const name = Name ?? resource.physicalName;
  const ruleArn = `arn:aws:events:${environment.region}:${environment.accountId}:rule/${name}`;
  return {
    ref: name,
    attributes: { Arn: ruleArn },
    schedules: Targets.map(
      ({ Arn: functionArn }) =>
        new Schedule({
          ruleArn,
          environment,
          periodSeconds: schedulePeriodSeconds ?? period,
          invoke: (event) => functions.invokeLater(functionArn, event),
        }),
    ),
    calls: Targets.map(({ Arn: functionArn }) => ({
      who: `The schedule ${name}`,
      principal: 'events.amazonaws.com',
      sourceArn: ruleArn,
      functionArn,
    })),
  };
}
