import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Calls that a role may make, on what. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Why a resource ends in a wildcard; without a reason none may. */
  readonly wildcardReason?: string;
}

/** Adds a permission to a role, with the reason for its wildcard where reviewers look for it. */
export function allow(role: Role, { actions, resources, wildcardReason }: Permission): void {
  role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  if (wildcardReason !== undefined) acknowledgeWildcards(role, resources, wildcardReason);
}

/** Says why the resources of a role or policy that end in a wildcard do. */
export function acknowledgeWildcards(policy: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources.filter((each) => each.endsWith('*'))) {
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${findingOf(Stack.of(policy).resolve(resource))}]`,
      reason,
    });
  }
}

/** The form in which cdk-nag names an ARN that CloudFormation puts together. */
function findingOf(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  const [intrinsic, argument] = Object.entries(value as Record<string, unknown>)[0] ?? [];
  if (intrinsic === 'Fn::Join' && Array.isArray(argument)) {
    const [delimiter, parts] = argument as [string, unknown[]];
    return parts.map(findingOf).join(delimiter);
  }
  if (intrinsic === 'Fn::GetAtt' && Array.isArray(argument)) return `<${argument.join('.')}>`;
  return intrinsic === 'Ref' ? `<${argument}>` : JSON.stringify(value);
}
