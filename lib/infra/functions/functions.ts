import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  EventInvokeConfig,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allow, type Permission } from '../permission.ts';
import { bundledCode } from './bundle.ts';
import { checkEnvironmentSize } from './environment-size.ts';
import type { FunctionName } from './function-name.ts';
import { TIMEOUTS } from './timeouts.ts';

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
 * for the rest of a will delay beyond the longest that SQS knows, Operate for the sessions that it has not come to.
 * Lambda takes that for a runaway loop and would end it after 16 runs; here each run brings the end nearer.
 */
const LOOPING: readonly FunctionName[] = ['Deliver', 'Packets', 'Operate'];

/**
 * Nobody is to send these again: the survey is called anew each minute, and who looks at the widget sees that it
 * failed.
 */
const NEVER_REPEATED: readonly FunctionName[] = ['Survey', 'Widget'];

/** One function of `functions/`, bundled with everything it uses, with a role and a log group of its own. */
export function createFunction(
  scope: Construct,
  name: FunctionName,
  props: SessionFunctionProps,
): LambdaFunction {
  checkEnvironmentSize(scope, name, props.environment);
  const logGroup = new LogGroup(scope, `${name}Logs`, {
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${name}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What the ${name.toLowerCase()} function of MQTT sessions may do`,
  });
  const created = new LambdaFunction(scope, name, {
    code: bundledCode(`${name.toLowerCase()}.ts`),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memorySize,
    timeout: TIMEOUTS[name],
    role,
    logGroup,
    recursiveLoop: LOOPING.includes(name) ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
    environment: { ...props.environment },
  });
  const isRepeated = !NEVER_REPEATED.includes(name);
  for (const permission of [
    ...props.permissions,
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
    ...(isRepeated ? [{ actions: ['sqs:SendMessage'], resources: [props.deadLetters.queueArn] }] : []),
  ]) {
    allow(role, permission);
  }
  new EventInvokeConfig(scope, `${name}Invocations`, {
    function: created,
    retryAttempts: isRepeated ? 2 : 0,
    maxEventAge: isRepeated ? Duration.hours(6) : Duration.minutes(1),
    // Not `SqsDestination`: it would grant more than the one action that Lambda needs.
    ...(isRepeated && { onFailure: { bind: () => ({ destination: props.deadLetters.queueArn }) } }),
  });
  return created;
}
