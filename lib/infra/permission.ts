import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';

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
  if (wildcardReason === undefined) return;
  for (const resource of resources) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${findingOf(Stack.of(role).resolve(resource))}]`,
      reason: wildcardReason,
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
