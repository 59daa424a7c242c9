import type { IncomingMessage } from 'node:http';
import type { Environment } from '#local/template/template';
import { Arns } from './arns.ts';
import type { Caller, Callers } from './callers.ts';
import { dynamoDbAccesses } from './dynamodb-accesses.ts';
import { eventsAccesses } from './events-accesses.ts';
import { iotAccesses } from './iot-accesses.ts';
import { lambdaAccesses } from './lambda-accesses.ts';
import type { Access } from './policy.ts';
import { accessDenied, type Service } from './refusals.ts';
import type { Roles } from './roles.ts';
import { sqsAccesses } from './sqs-accesses.ts';

export interface GateOptions {
  readonly callers: Callers;
  readonly roles: Roles;
  readonly environment: Environment;
  /** Told of each refusal, in the words that the caller gets. */
  readonly observe?: (functionName: string, message: string) => void;
}

interface Needs {
  readonly service: Service;
  readonly accesses: readonly Access[];
}

/** Lets a function of the stack make only the calls that its role allows, and everyone else all of them. */
export class Gate {
  private readonly options: GateOptions;
  private readonly arns: Arns;

  constructor(options: GateOptions) {
    this.options = options;
    this.arns = new Arns(options.environment);
  }

  /** @throws AwsApiError with what the service that is called would answer */
  check(request: IncomingMessage, body?: Buffer): void {
    const caller = this.options.callers.of(request.headers);
    if (caller === undefined) return;
    const needs = this.needsOf(request, body);
    if (needs !== undefined) this.require(caller, needs);
  }

  private require(caller: Caller, { service, accesses }: Needs): void {
    const { roles, environment, observe } = this.options;
    for (const access of accesses) {
      if (roles.allows(caller.roleArn, access)) continue;
      const refusal = accessDenied(service, caller, access, environment);
      observe?.(caller.functionName, refusal.message);
      throw refusal;
    }
  }

  /** Undefined for a request that no service here answers. */
  private needsOf({ headers, method = '', url = '' }: IncomingMessage, body?: Buffer): Needs | undefined {
    const target = headers['x-amz-target'];
    if (typeof target === 'string') return this.needsOfTarget(target, parsed(body));
    const iot = iotAccesses(method, url, this.arns);
    if (iot !== undefined) return { service: 'iot', accesses: iot };
    const lambda = lambdaAccesses(method, url, this.arns);
    return lambda === undefined ? undefined : { service: 'lambda', accesses: lambda };
  }

  private needsOfTarget(target: string, body: unknown): Needs | undefined {
    const [service = '', operation = ''] = target.split('.');
    if (service.startsWith('DynamoDB')) {
      return { service: 'dynamodb', accesses: dynamoDbAccesses(operation, body, this.arns) };
    }
    if (service === 'AmazonSQS') return { service: 'sqs', accesses: sqsAccesses(operation, body, this.arns) };
    if (service === 'AWSEvents') {
      return { service: 'events', accesses: eventsAccesses(operation, body, this.arns) };
    }
    return undefined;
  }
}

/** A body that is not JSON names nothing; the service itself refuses it then. */
function parsed(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? '');
  } catch {
    return undefined;
  }
}
