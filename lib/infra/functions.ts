import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, EventInvokeConfig, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allow, type Permission } from './permission.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { type FunctionName, TIMEOUTS } from './timeouts.ts';

export interface SessionFunctionProps {
  readonly environment: Readonly<Record<string, string>>;
  /** What the handler itself calls; logs and the dead-letter queue are added here. */
  readonly permissions: readonly Permission[];
  readonly deadLetters: Queue;
  readonly logRetention: RetentionDays;
  readonly memorySize: number;
}

/**
 * They ask through a queue of their own for what is left to do: Deliver for the rest of a long backlog, Packets
 * for the rest of a will delay beyond the longest that SQS knows. Lambda takes that for a runaway loop and would
 * end it after 16 runs; here the backlog ends it, or the delay, and each run brings the end nearer or waits longer.
 */
const LOOPING: readonly FunctionName[] = ['Deliver', 'Packets'];

/** One function of `functions/`, bundled with everything it uses, with a role and a log group of its own. */
export function createFunction(
  scope: Construct,
  name: FunctionName,
  props: SessionFunctionProps,
): NodejsFunction {
  const logGroup = new LogGroup(scope, `${name}Logs`, {
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${name}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What the ${name.toLowerCase()} function of MQTT sessions may do`,
  });
  const created = new NodejsFunction(scope, name, {
    entry: join(PROJECT_ROOT, 'functions', `${name.toLowerCase()}.ts`),
    handler: 'handler',
    projectRoot: PROJECT_ROOT,
    depsLockFilePath: join(PROJECT_ROOT, 'package-lock.json'),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memorySize,
    timeout: TIMEOUTS[name],
    role,
    logGroup,
    recursiveLoop: LOOPING.includes(name) ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
    // An option of the SDK for JavaScript 2; version 3 keeps connections alive by itself.
    awsSdkConnectionReuse: false,
    environment: { ...props.environment },
    bundling: {
      format: OutputFormat.ESM,
      // The same bundle runs on the machine of a developer, where Node 20 is the oldest.
      target: 'node20',
      mainFields: ['module', 'main'],
      minify: true,
      bundleAwsSDK: true,
      // mqtt-packet is CommonJS: what it requires of Node is resolved when the module loads.
      banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      esbuildArgs: {
        // Node's own streams do for its buffers, and are 80 KB less.
        '--alias:readable-stream': 'stream',
        // Lambda has one place for credentials; to look in all the others takes 120 KB.
        '--alias:@aws-sdk/credential-provider-node': join(PROJECT_ROOT, 'lib', 'lambda', 'credentials.ts'),
      },
    },
  });
  for (const permission of [
    ...props.permissions,
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
    { actions: ['sqs:SendMessage'], resources: [props.deadLetters.queueArn] },
  ]) {
    allow(role, permission);
  }
  new EventInvokeConfig(scope, `${name}Invocations`, {
    function: created,
    retryAttempts: 2,
    maxEventAge: Duration.hours(6),
    // Not `SqsDestination`: it would grant more than the one action that Lambda needs.
    onFailure: { bind: () => ({ destination: props.deadLetters.queueArn }) },
  });
  return created;
}
