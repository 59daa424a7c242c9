import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import { isArnLike } from '#local/iam/wildcard';
import { sendTo, type Use } from '#local/iam/wiring';
import type { RuleAction } from '#local/iot/options';
import type { Queues } from '#local/sqs/queues';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
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

const permissionSchema = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.optional(z.string()),
  SourceAccount: z.optional(z.string()),
});

export type Permission = z.infer<typeof permissionSchema>;

export interface Rule {
  readonly ruleName: string;
  readonly arn: string;
  readonly sql: string;
  readonly actions: readonly RuleAction[];
  readonly errorAction?: RuleAction;
}

export function readPermission(resource: Resource): Permission {
  return propertiesOf(resource, permissionSchema);
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

/**
 * On AWS a rule may call a function only if the function's own policy names the rule; without it the events
 * are lost, which is better said now.
 *
 * @throws LocalCloudError that names the rule and the function
 */
export function checkPermissions(
  rules: readonly Rule[],
  permissions: readonly Permission[],
  { accountId }: Environment,
): void {
  for (const rule of rules) {
    for (const ruleAction of rule.actions) {
      if (!('lambda' in ruleAction)) continue;
      const { functionArn } = ruleAction.lambda;
      const allowed = permissions.some(
        (permission) =>
          permission.Principal === 'iot.amazonaws.com' &&
          permission.Action === 'lambda:InvokeFunction' &&
          functionArn.endsWith(`:${permission.FunctionName.split(':').at(-1)}`) &&
          (permission.SourceArn === undefined || isArnLike(permission.SourceArn, rule.arn)) &&
          (permission.SourceAccount === undefined || permission.SourceAccount === accountId),
      );
      if (allowed) continue;
      throw new LocalCloudError(
        'template.permissionMissing',
        `The IoT rule ${rule.ruleName} may not call the function ${functionArn}: the stack has no AWS::Lambda::Permission for it.`,
      );
    }
  }
}

function actionOf(value: z.infer<typeof action>): RuleAction {
  if ('Lambda' in value) return { lambda: { functionArn: value.Lambda.FunctionArn } };
  return { sqs: { queueUrl: value.Sqs.QueueUrl, useBase64: value.Sqs.UseBase64 ?? false } };
}
