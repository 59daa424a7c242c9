import * as z from 'zod';
import { sendTo, type Use } from '#local/iam/wiring';
import type { RuleAction } from '#local/iot/options';
import type { Queues } from '#local/sqs/queues';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import type { FunctionCall } from './function-permissions.ts';
import { ignored, propertiesOf } from './properties.ts';

const action = z.union([
  z.strictObject({ Lambda: z.strictObject({ FunctionArn: z.string() }) }),
  z.strictObject({
    Sqs: z.strictObject({ QueueUrl: z.string(), RoleArn: z.string(), UseBase64: z.optional(z.boolean()) }),
  }),
]);

const ruleSchema = z.strictObject({
  RuleName: z.optional(z.string()),
  TopicRulePayload: z.strictObject({
    Sql: z.string(),
    AwsIotSqlVersion: z.literal('2016-03-23'),
    Actions: z.array(action),
    ErrorAction: z.optional(action),
    RuleDisabled: z.optional(z.literal(false)),
    Description: ignored,
  }),
  Tags: ignored,
});

export interface Rule {
  readonly ruleName: string;
  readonly arn: string;
  readonly sql: string;
  readonly actions: readonly RuleAction[];
  readonly errorAction?: RuleAction;
}

export function readRule(
  resource: Resource,
  { region, accountId }: Environment,
  queues: Queues,
): CreatedResource & { readonly rule: Rule; readonly uses: readonly Use[] } {
  const { RuleName, TopicRulePayload: payload } = propertiesOf(resource, ruleSchema);
  const ruleName = RuleName ?? resource.physicalName.replaceAll('-', '_');
  const arn = `arn:aws:iot:${region}:${accountId}:rule/${ruleName}`;
  return {
    ref: ruleName,
    attributes: { Arn: arn },
    rule: {
      ruleName,
      arn,
      sql: payload.Sql,
      actions: payload.Actions.map(actionOf),
      ...(payload.ErrorAction === undefined ? {} : { errorAction: actionOf(payload.ErrorAction) }),
    },
    uses: [...payload.Actions, ...[payload.ErrorAction ?? []].flat()].flatMap((each) =>
      'Sqs' in each
        ? [sendTo(`The IoT rule ${ruleName}`, each.Sqs.RoleArn, queues.get(each.Sqs.QueueUrl).options.arn)]
        : [],
    ),
  };
}

export function callsOf(rules: readonly Rule[]): readonly FunctionCall[] {
  return rules.flatMap(({ ruleName, arn, actions }) =>
    actions.flatMap((each) =>
      'lambda' in each
        ? [
            {
              who: `The IoT rule ${ruleName}`,
              principal: 'iot.amazonaws.com',
              sourceArn: arn,
              functionArn: each.lambda.functionArn,
            },
          ]
        : [],
    ),
  );
}

function actionOf(value: z.infer<typeof action>): RuleAction {
  if ('Lambda' in value) return { lambda: { functionArn: value.Lambda.FunctionArn } };
  return { sqs: { queueUrl: value.Sqs.QueueUrl, useBase64: value.Sqs.UseBase64 ?? false } };
}
