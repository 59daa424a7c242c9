import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import { ignored, propertiesOf } from '#local/resources/properties';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import { type ConditionValues, conditionValues } from './condition.ts';
import { AWS_MANAGED_POLICIES } from './managed-policies.ts';
import { type Access, isAllowed, readPolicy, type Statement } from './policy.ts';

const roleSchema = z.strictObject({
  RoleName: z.optional(z.string()),
  Policies: z.optional(z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: z.unknown() }))),
  ManagedPolicyArns: z.optional(z.array(z.string())),
  // Who may take the role is asked by no service on one machine.
  AssumeRolePolicyDocument: ignored,
  Description: ignored,
  MaxSessionDuration: ignored,
  Tags: ignored,
});

const policySchema = z.strictObject({
  PolicyName: z.string(),
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()),
});

const managedPolicySchema = z.strictObject({
  ManagedPolicyName: z.optional(z.string()),
  PolicyDocument: z.unknown(),
  Roles: z.optional(z.array(z.string())),
  Description: ignored,
  Path: ignored,
});

interface Role {
  readonly name: string;
  readonly managedPolicyArns: string[];
  readonly statements: Statement[];
}

/** Client identifiers make resources without end; then decisions are forgotten and made again. */
const KEPT_DECISIONS = 10_000;

/** The roles of the stack, and what their policies allow. */
export class Roles {
  private readonly environment: Environment;
  private readonly values: ConditionValues;
  private readonly roles = new Map<string, Role>();
  private readonly managedPolicies = new Map<string, readonly Statement[]>();
  private readonly decisions = new Map<string, boolean>();

  constructor(environment: Environment) {
    this.environment = environment;
    this.values = conditionValues(environment);
  }

  addRole(resource: Resource): CreatedResource {
    const { RoleName, Policies = [], ManagedPolicyArns = [] } = propertiesOf(resource, roleSchema);
    const name = RoleName ?? resource.physicalName;
    const statements = Policies.flatMap(({ PolicyDocument }) => this.read(PolicyDocument, resource));
    this.roles.set(name, { name, statements, managedPolicyArns: [...ManagedPolicyArns] });
    return { ref: name, attributes: { Arn: this.arnOf(`role/${name}`), RoleId: name } };
  }

  addPolicy(resource: Resource): CreatedResource {
    const { PolicyDocument, Roles: names } = propertiesOf(resource, policySchema);
    const statements = this.read(PolicyDocument, resource);
    for (const name of names) this.role(name, resource.logicalId).statements.push(...statements);
    return { ref: resource.physicalName, attributes: {} };
  }

  addManagedPolicy(resource: Resource): CreatedResource {
    const properties = propertiesOf(resource, managedPolicySchema);
    const arn = this.arnOf(`policy/${properties.ManagedPolicyName ?? resource.physicalName}`);
    this.managedPolicies.set(arn, this.read(properties.PolicyDocument, resource));
    for (const name of properties.Roles ?? []) {
      this.role(name, resource.logicalId).managedPolicyArns.push(arn);
    }
    return { ref: arn, attributes: { PolicyArn: arn } };
  }

  /** A role beside those of the stack, for somebody who has some of its managed policies. Its ARN. */
  addOutsider(name: string, managedPolicyArns: readonly string[]): string {
    this.roles.set(name, { name, statements: [], managedPolicyArns: [...managedPolicyArns] });
    return this.arnOf(`role/${name}`);
  }

  /** @throws LocalCloudError for a role that the stack has not, or one with a managed policy that nobody knows */
  check(roleArn: string): void {
    this.statementsOf(roleArn);
  }

  /** Whether the policies of a role allow a call. To be asked when the whole stack exists. */
  allows(roleArn: string, access: Access): boolean {
    const key = `${roleArn} ${access.action} ${access.resource}`;
    let decision = this.decisions.get(key);
    if (decision === undefined) {
      decision = isAllowed(this.statementsOf(roleArn), access);
      if (this.decisions.size >= KEPT_DECISIONS) this.decisions.clear();
      this.decisions.set(key, decision);
    }
    return decision;
  }

  private statementsOf(roleArn: string): readonly Statement[] {
    const { statements, managedPolicyArns } = this.role(nameOfRole(roleArn), 'The stack');
    return [...statements, ...managedPolicyArns.flatMap((arn) => this.managed(arn))];
  }

  private managed(arn: string): readonly Statement[] {
    const found = this.managedPolicies.get(arn) ?? AWS_MANAGED_POLICIES[arn];
    if (found !== undefined) return found;
    throw new LocalCloudError(
      'template.unresolvable',
      `A role has the managed policy ${arn}, which neither the stack holds nor the local cloud knows; list its actions in the stack, or teach it in local/iam/managed-policies.ts.`,
    );
  }

  private role(name: string, askedBy: string): Role {
    const role = this.roles.get(name);
    if (role !== undefined) return role;
    throw new LocalCloudError(
      'template.unresolvable',
      `${askedBy} names the role ${name}, which the stack has not; there are ${[...this.roles.keys()].join(', ')}.`,
    );
  }

  private read(document: unknown, { logicalId }: Resource): readonly Statement[] {
    return readPolicy(document, this.values, logicalId);
  }

  /** IAM has no Regions. */
  private arnOf(path: string): string {
    return `arn:aws:iam::${this.environment.accountId}:${path}`;
  }
}

/** Of `arn:aws:iam::000000000000:role/some/path/name`. */
export function nameOfRole(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}
