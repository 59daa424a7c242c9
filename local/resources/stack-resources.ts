import * as z from 'zod';
import type { Tables } from '#local/dynamodb/tables';
import type { EventBuses } from '#local/events/event-buses';
import type { HttpApi } from '#local/http-api/http-api';
import type { Roles } from '#local/iam/roles';
import { checkUses, type Use, usesOfLambda } from '#local/iam/wiring';
import type { StoredMessage } from '#local/sqs/queue';
import type { Queues } from '#local/sqs/queues';
import { deploy, type ResourceHandler } from '#local/template/deploy';
import type { CreatedResource, Resource } from '#local/template/template';
import type { Distribution } from '#local/web/distribution';
import { ConsoleFiles, providersOf } from './console-file-resource.ts';
import { Distributions } from './distribution-resource.ts';
import { createEventSource, type EventSource, type EventSourceContext } from './event-source-resource.ts';
import {
  checkPermissions,
  type FunctionCall,
  type Permission,
  readPermission,
} from './function-permissions.ts';
import { configureInvocations, createFunction, type FunctionContext } from './function-resource.ts';
import { type HttpApiContext, HttpApis } from './http-api-resource.ts';
import { INERT_TYPES } from './inert-types.ts';
import { propertiesOf } from './properties.ts';
import { createQueue } from './queue-resource.ts';
import { callsOf, type Rule, readRule } from './rule-resource.ts';
import { createSchedules, type ScheduleContext } from './schedule-resource.ts';

export interface StackContext extends FunctionContext, EventSourceContext, HttpApiContext, ScheduleContext {
  readonly queues: Queues;
  readonly tables: Tables;
  readonly events: EventBuses;
  readonly roles: Roles;
  readonly observeSend: (queueName: string, message: StoredMessage) => void;
}

/** What the stack consists of: the construct's own ids and the names that its resources got. */
export interface StackResources {
  readonly tables: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, string>>;
  /** URLs. */
  readonly queues: Readonly<Record<string, string>>;
  readonly eventBuses: Readonly<Record<string, string>>;
  /** ARNs. */
  readonly managedPolicies: Readonly<Record<string, string>>;
  /** What brings events by itself: event sources and schedules. */
  readonly eventSources: readonly EventSource[];
  /** The one that callers reach at its own address; undefined if the stack has none. */
  readonly api: HttpApi | undefined;
  readonly distribution: Distribution | undefined;
  readonly rules: readonly Rule[];
}

const eventBusSchema = z.looseObject({ Name: z.string() });

/**
 * Creates all resources of the stack in the local services. A type without a handler here is an error, so the
 * stack cannot grow past the local cloud unnoticed.
 */
export async function createStack(context: StackContext): Promise<StackResources> {
  const names = { tables: {}, functions: {}, queues: {}, eventBuses: {}, managedPolicies: {} } as Record<
    'tables' | 'functions' | 'queues' | 'eventBuses' | 'managedPolicies',
    Record<string, string>
  >;
  const { stackName, template } = context.assembly;
  const providers = providersOf(template);
  const apis = new HttpApis(context);
  const files = new ConsoleFiles(context);
  const distributions = new Distributions({ ...context, apis, files });
  const rules: Rule[] = [];
  const permissions: Permission[] = [];
  const calls: FunctionCall[] = [];
  const eventSources: EventSource[] = [];
  const uses: Use[] = [];
  const noted = (kind: keyof typeof names, { constructId }: Resource, created: CreatedResource) => {
    names[kind][kind === 'functions' ? lowerFirst(constructId) : constructId] = created.ref;
    return created;
  };
  const table: ResourceHandler = async (resource) =>
    noted('tables', resource, await context.tables.create(resource));

  const handlers: Record<string, ResourceHandler> = {
    ...inertHandlers(context),
    ...apis.handlers,
    ...files.handlers,
    ...distributions.handlers,
    'AWS::DynamoDB::GlobalTable': table,
    'AWS::DynamoDB::Table': table,
    'AWS::SQS::Queue': (resource) => {
      const observeSend = (message: StoredMessage) => context.observeSend(resource.constructId, message);
      return noted('queues', resource, createQueue(resource, { ...context, observeSend }));
    },
    'AWS::Events::EventBus': (resource) => {
      const { Name: name } = propertiesOf(resource, eventBusSchema);
      context.events.add(name);
      return noted('eventBuses', resource, {
        ref: name,
        attributes: { Name: name, Arn: arnOf(context, 'events', `event-bus/${name}`) },
      });
    },
    'AWS::Lambda::Function': (resource) => {
      if (providers.has(resource.logicalId)) return inert(resource, 'Arn', context);
      const callerName = lowerFirst(resource.constructId);
      return noted('functions', resource, createFunction(resource, { ...context, callerName }));
    },
    'AWS::Events::Rule': (resource) => {
      const { schedules, calls: ofSchedules, ...created } = createSchedules(resource, context);
      eventSources.push(...schedules);
      calls.push(...ofSchedules);
      return created;
    },
    'AWS::Lambda::EventInvokeConfig': (resource) => {
      uses.push(...usesOfLambda(resource, roleArnFor(resource, context)));
      return configureInvocations(resource, context);
    },
    'AWS::Lambda::EventSourceMapping': (resource) => {
      eventSources.push(createEventSource(resource, context));
      uses.push(...usesOfLambda(resource, roleArnFor(resource, context)));
      return { ref: resource.physicalName, attributes: {} };
    },
    'AWS::Lambda::Permission': (resource) => {
      permissions.push(readPermission(resource));
      return { ref: resource.physicalName, attributes: {} };
    },
    'AWS::IAM::Role': (resource) => context.roles.addRole(resource),
    'AWS::IAM::Policy': (resource) => context.roles.addPolicy(resource),
    'AWS::IAM::ManagedPolicy': (resource) =>
      noted('managedPolicies', resource, context.roles.addManagedPolicy(resource)),
    'AWS::IoT::TopicRule': (resource) => {
      const { rule, uses: sends, ...created } = readRule(resource, context.environment, context.queues);
      rules.push(rule);
      uses.push(...sends);
      return created;
    },
  };
  await deploy({ stackName, template, environment: context.environment, handlers });
  checkPermissions([...callsOf(rules), ...calls, ...apis.calls], permissions, context.environment);
  for (const { roleArn } of context.callers.all()) context.roles.check(roleArn);
  checkUses(uses, context.roles, context.environment.region);
  const [distribution] = distributions.all;
  const behind = distributions.all.flatMap((each) => each.apis);
  const [first] = apis.all.values();
  const api = [...apis.all.values()].find((each) => !behind.includes(each)) ?? first;
  return { ...names, eventSources, rules, api, distribution };
}

/** Of the function that a mapping or an invocation configuration is for. */
function roleArnFor({ properties }: Resource, { functions, callers }: StackContext): string {
  const { name } = functions.get(String(properties['FunctionName'])).description;
  return callers.roleArnOf(name) ?? '';
}

function inertHandlers(context: StackContext): Record<string, ResourceHandler> {
  return Object.fromEntries(
    Object.entries(INERT_TYPES).map(([type, attribute]) => [
      type,
      (resource: Resource) => inert(resource, attribute, context),
    ]),
  );
}

/** A resource of which others want to know the name, and nothing happens. */
function inert(
  { type, physicalName }: Resource,
  attribute: 'Arn' | 'Id' | 'none',
  context: StackContext,
): CreatedResource {
  const service = type.split('::')[1]?.toLowerCase() ?? '';
  const values = { Arn: arnOf(context, service, physicalName), Id: physicalName, none: '' };
  return { ref: physicalName, attributes: attribute === 'none' ? {} : { [attribute]: values[attribute] } };
}

function arnOf({ environment }: StackContext, service: string, name: string): string {
  return `arn:aws:${service}:${environment.region}:${environment.accountId}:${name}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
