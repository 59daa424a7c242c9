import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  type DurableTopicInput,
  type PolicyInput,
  parseConfiguration,
  type Settings,
} from '#session/configuration/configuration';
import { serializeSessionConfiguration } from '#session/configuration/session-configuration';
import { SessionApi } from './api/api.ts';
import type { ApiOptions } from './api/api-options.ts';
import { SessionConsole } from './console/console.ts';
import type { ConsoleOptions } from './console/console-options.ts';
import { InfrastructureError } from './errors.ts';
import { environmentOf } from './functions/environment.ts';
import { connectEventSources } from './functions/event-sources.ts';
import type { FunctionName, SessionFunctions } from './functions/function-name.ts';
import { createFunction } from './functions/functions.ts';
import { permissionsOf } from './functions/permissions.ts';
import { invokeEvery } from './functions/schedule.ts';
import { DEFAULT_RULE_NAME_PREFIX, type LogLevel } from './names.ts';
import { createQueues, type Queues } from './queues.ts';
import { Rules } from './rules/rules.ts';
import { createTables, type MaximumThroughput, type Tables } from './tables.ts';
import { Alarms } from './watching/alarms.ts';
import { SessionDashboard } from './watching/dashboard.ts';
import { OPERATIONS_GUIDE } from './watching/runbooks.ts';

export interface MqttSessionsProps {
  /**
   * The topic filters whose messages wait for sessions; each becomes an IoT rule. They must not overlap.
   *
   * @default - none: sessions and subscriptions are kept, but no messages
   */
  readonly durableTopics?: readonly DurableTopicInput[];

  /**
   * Which sessions are kept, and how. The first policy whose pattern matches a client identifier wins.
   *
   * @default - every client follows the broker: a clean broker session means expiry 0
   */
  readonly policies?: readonly PolicyInput[];

  /**
   * What holds for the whole service, whatever the policy.
   *
   * @default - see `DEFAULT_SETTINGS` in lib/session/configuration/settings.ts
   */
  readonly settings?: Partial<Settings>;

  /**
   * What the names of the IoT rules begin with. Devices declare their session on
   * `$aws/rules/<prefix>_session/…`, so a change of it is a change for devices. Two installations in one
   * account and Region need two prefixes.
   *
   * @default 'mqtt_sessions'
   */
  readonly ruleNamePrefix?: string;

  /**
   * How many deliver functions run at once, 2 to 1000. The rest waits in the queue.
   *
   * @default 100
   */
  readonly deliveryConcurrency?: number;

  /**
   * Memory of each function in MB; processor time grows with it.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Variables for every function, added to those that it needs itself.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * The least level that the functions log.
   *
   * @default 'INFO'
   */
  readonly logLevel?: LogLevel;

  /**
   * How long the logs of the functions are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * What becomes of the tables when they leave the stack. With DESTROY also set `deletionProtection: false`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether DynamoDB refuses to delete the tables.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * A ceiling on the request units a second of each table, which caps what a fault can cost.
   *
   * @default - as much as the account's quotas allow
   */
  readonly maximumThroughput?: MaximumThroughput;

  /**
   * How the session API is reached. Its requests are signed unless `api.jwt` says whose tokens callers bring.
   *
   * @default - AWS_IAM, 50 requests a second; nobody may call until `api.grantRead` or a policy says so
   */
  readonly api?: ApiOptions;

  /**
   * The operators' page, with its sign-in; false = without it.
   *
   * @default - at an address of CloudFront, with an Amazon Cognito user pool to which an administrator adds operators
   */
  readonly console?: ConsoleOptions | false;

  /**
   * Where alarms are sent.
   *
   * @default - alarms change their state, nobody is told
   */
  readonly alarmTopic?: ITopic;

  /**
   * Where your operators read the operations guide; the descriptions of alarms lead to its sections.
   *
   * @default 'docs/operations.md'
   */
  readonly operationsGuide?: string;
}

/**
 * Durable MQTT sessions beside AWS IoT Core: tables, functions, rules, queues and alarms, and the operators' API and
 * console.
 *
 * @example
 * new MqttSessions(this, 'Sessions', {
 *   durableTopics: ['devices/+/commands/#'],
 *   policies: [{ clients: 'durable-*', sessionExpiryInterval: 86_400 }],
 * });
 */
export class MqttSessions extends Construct {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly functions: SessionFunctions<LambdaFunction>;
  /** Where what happens to sessions is published: docs/events.md. */
  readonly events: EventBus;
  /** Everything that was refused or that ran out of attempts. */
  readonly deadLetters: Queue;
  readonly alarms: Alarms['alarms'];
  /** What operators see and do, for their own programs and dashboards. */
  readonly api: SessionApi;
  /** Undefined if it was switched off. */
  readonly console: SessionConsole | undefined;
  /** What is counted, failures, queues and tables, and a look at one session. */
  readonly dashboard: SessionDashboard['dashboard'];

  constructor(scope: Construct, id: string, props: MqttSessionsProps = {}) {
    super(scope, id);
    const { durableTopics, ...session } = parseConfiguration({
      durableTopics: props.durableTopics ?? [],
      policies: props.policies ?? [],
      settings: props.settings ?? {},
    });
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    const deliveryConcurrency = checkedConcurrency(props.deliveryConcurrency ?? 100);

    this.tables = createTables(this, props);
    this.queues = createQueues(this);
    this.deadLetters = this.queues.deadLetters;
    this.events = new EventBus(this, 'Events', { description: 'What happens to MQTT sessions' });

    const resources = { tables: this.tables, queues: this.queues, events: this.events };
    const permissions = permissionsOf(this, resources);
    const environment = environmentOf(resources, {
      configuration: serializeSessionConfiguration(session),
      logLevel: props.logLevel ?? 'INFO',
    });
    const add = (name: FunctionName): LambdaFunction =>
      createFunction(this, name, {
        environment: { ...environment[name], ...props.environment },
        permissions: permissions[name],
        deadLetters: this.deadLetters,
        logRetention,
        memorySize: props.memorySize ?? 512,
      });
    this.functions = {
      lifecycle: add('Lifecycle'),
      ingest: add('Ingest'),
      deliver: add('Deliver'),
      expire: add('Expire'),
      packets: add('Packets'),
      api: add('Api'),
      survey: add('Survey'),
      widget: add('Widget'),
      record: add('Record'),
      operate: add('Operate'),
    };

    connectEventSources(this, { ...resources, functions: this.functions, deliveryConcurrency });
    const { ruleNames } = new Rules(this, 'Rules', {
      ruleNamePrefix: props.ruleNamePrefix ?? DEFAULT_RULE_NAME_PREFIX,
      durableTopics,
      lifecycle: this.functions.lifecycle,
      ingest: this.functions.ingest,
      packets: this.functions.packets,
      deadLetters: this.deadLetters,
    });
    this.api = new SessionApi(this, 'SessionApi', {
      handler: this.functions.api,
      logRetention,
      ...props.api,
    });
    const { console = {} } = props;
    this.console =
      console === false
        ? undefined
        : new SessionConsole(this, 'Console', {
            handler: this.functions.api,
            api: this.api,
            jwt: props.api?.jwt,
            logRetention,
            ...console,
          });
    invokeEvery(this, 'SurveyEachMinute', Duration.minutes(1), this.functions.survey);
    const watched = {
      functions: this.functions,
      queues: this.queues,
      tables: this.tables,
      ruleNames,
      operationsGuide: props.operationsGuide ?? OPERATIONS_GUIDE,
    };
    this.alarms = new Alarms(this, 'Alarms', { ...watched, alarmTopic: props.alarmTopic }).alarms;
    this.dashboard = new SessionDashboard(this, 'Operations', {
      ...watched,
      alarms: this.alarms,
      environment: props.environment ?? {},
    }).dashboard;
  }
}

function checkedConcurrency(value: number): number {
  if (Number.isInteger(value) && value >= 2 && value <= 1000) return value;
  throw new InfrastructureError(
    'infrastructure.deliveryConcurrency',
    `deliveryConcurrency: ${value} came; allowed: a whole number from 2 to 1000, which is what an SQS event source takes`,
  );
}
