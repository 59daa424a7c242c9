import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import { type ConditionValues, conditionsHold } from './condition.ts';
import { isActionLike, isArnLike } from './wildcard.ts';

/** One call on one resource, as IAM sees it. */
export interface Access {
  /** Such as `dynamodb:PutItem`. */
  readonly action: string;
  /** An ARN, or `*` for a call that is made on no resource. */
  readonly resource: string;
}

/** A statement that holds; those whose conditions do not are left out when a policy is read. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const oneOrMany = z.union([z.string(), z.array(z.string())]);

const statementSchema = z.strictObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z.optional(z.record(z.string(), z.record(z.string(), oneOrMany))),
});

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.optional(z.string()),
  Statement: z.union([statementSchema, z.array(statementSchema)]),
});

/**
 * The statements of an identity-based policy whose intrinsic functions are resolved.
 *
 * @throws LocalCloudError for what it does not know, such as NotAction, a policy variable or a condition key
 */
export function readPolicy(document: unknown, values: ConditionValues, where: string): readonly Statement[] {
  const result = documentSchema.safeParse(document);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => [...path, message].join(': '));
    throw notUnderstood(where, problems.join('; '));
  }
  return [result.data.Statement].flat().flatMap(({ Effect: effect, Action, Resource, Condition = {} }) => {
    const actions = [Action].flat();
    const resources = [Resource].flat();
    const variable = resources.find((resource) => resource.includes('${'));
    if (variable !== undefined) throw notUnderstood(where, `${variable} has a policy variable`);
    return conditionsHold(Condition, values, where) ? [{ effect, actions, resources }] : [];
  });
}

/** An explicit denial decides; without any statement that fits, the answer is no. */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const fitting = statements.filter(({ actions, resources }) => {
    const { action, resource } = access;
    return (
      actions.some((pattern) => isActionLike(pattern, action)) &&
      resources.some((pattern) => isArnLike(pattern, resource))
    );
  });
  return fitting.length > 0 && fitting.every(({ effect }) => effect === 'Allow');
}

function notUnderstood(where: string, problem: string): LocalCloudError {
  return new LocalCloudError(
    'template.unknownProperty',
    `The local cloud does not understand a policy of ${where}: ${problem}.`,
  );
}
