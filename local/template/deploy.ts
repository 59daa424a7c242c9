import { LocalCloudError } from '#local/errors';
import { referencesOf, resolve, type Scope } from './intrinsics.ts';
import type { CreatedResource, Environment, Resource, Template, TemplateResource } from './template.ts';

/** Creates a resource of one type. */
export type ResourceHandler = (resource: Resource) => CreatedResource | Promise<CreatedResource>;

export interface Deployment {
  readonly stackName: string;
  readonly template: Template;
  readonly environment: Environment;
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
}

/**
 * Creates every resource of the template, each after those that it refers to.
 *
 * @throws LocalCloudError that names a resource type without a handler, before anything is created
 */
export async function deploy(deployment: Deployment): Promise<ReadonlyMap<string, CreatedResource>> {
  const { template, handlers, stackName } = deployment;
  refuseUnknownTypes(deployment);
  const created = new Map<string, CreatedResource>();
  const scope = scopeOf(deployment, created);
  for (const logicalId of inOrder(template)) {
    const { Type: type, Properties = {}, Metadata = {} } = entryOf(template, logicalId);
    const resource = {
      logicalId,
      type,
      physicalName: `${stackName}-${logicalId}`,
      constructId: constructIdOf(Metadata['aws:cdk:path'], logicalId),
      properties: resolve(Properties, scope) as Resource['properties'],
    };
    const handler = handlers[type];
    if (handler !== undefined) created.set(logicalId, await handler(resource));
  }
  return created;
}

function refuseUnknownTypes({ template, handlers }: Deployment): void {
  for (const [logicalId, { Type, Condition }] of Object.entries(template.Resources)) {
    if (handlers[Type] === undefined) {
      throw new LocalCloudError(
        'template.unknownType',
        `The stack has a resource that the local cloud does not know: ${logicalId} of type ${Type}; teach it in local/resources/stack-resources.ts.`,
      );
    }
    if (Condition !== undefined && Type !== 'AWS::CDK::Metadata') {
      throw new LocalCloudError(
        'template.unresolvable',
        `${logicalId} depends on the condition ${Condition}; the local cloud knows no conditions.`,
      );
    }
  }
}

function inOrder(template: Template): readonly string[] {
  const ordered = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    if (ordered.has(logicalId)) return;
    if (path.includes(logicalId)) {
      throw new LocalCloudError(
        'template.unresolvable',
        `Resources refer to one another in a circle: ${[...path, logicalId].join(' -> ')}.`,
      );
    }
    const entry = entryOf(template, logicalId);
    const needed = [...referencesOf(entry.Properties), ...[entry.DependsOn ?? []].flat()];
    for (const name of needed) {
      if (name in template.Resources) visit(name, [...path, logicalId]);
    }
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId, []);
  return [...ordered];
}

function scopeOf(
  { template, environment, stackName }: Deployment,
  created: ReadonlyMap<string, CreatedResource>,
): Scope {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': environment.accountId,
    'AWS::Region': environment.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${environment.region}:${environment.accountId}:stack/${stackName}/local`,
  };
  return {
    ref(name) {
      const value = pseudo[name] ?? created.get(name)?.ref ?? template.Parameters?.[name]?.Default;
      if (value !== undefined) return String(value);
      throw new LocalCloudError('template.unresolvable', `The template refers to ${name}, which it has not.`);
    },
    attribute(logicalId, name) {
      const value = created.get(logicalId)?.attributes[name];
      if (value !== undefined) return value;
      throw new LocalCloudError(
        'template.unresolvable',
        `The template asks for the attribute ${name} of ${logicalId}, which the local cloud does not give; add it to the handler of ${template.Resources[logicalId]?.Type ?? 'that resource'}.`,
      );
    },
  };
}

function entryOf(template: Template, logicalId: string): TemplateResource {
  return template.Resources[logicalId] ?? { Type: 'undefined' };
}

function constructIdOf(path: unknown, logicalId: string): string {
  if (typeof path !== 'string') return logicalId;
  const segments = path.split('/').filter((segment) => segment !== 'Resource');
  return segments.at(-1) ?? logicalId;
}
