import { AwsApiError } from '#local/aws/http';
import type { Environment } from '#local/template/template';
import type { Caller } from './callers.ts';
import type { Access } from './policy.ts';
import { nameOfRole } from './roles.ts';

/** The services that a function may call here. */
export type Service = 'dynamodb' | 'events' | 'iot' | 'lambda' | 'sqs';

/** A refusal as each service words it for the SDKs. */
const SHAPES: Readonly<
  Record<Service, { readonly status: number; readonly type: string; readonly queryError?: string }>
> = {
  dynamodb: { status: 400, type: 'com.amazon.coral.service#AccessDeniedException' },
  events: { status: 400, type: 'AccessDeniedException' },
  iot: { status: 403, type: 'ForbiddenException' },
  lambda: { status: 403, type: 'AccessDeniedException' },
  sqs: { status: 403, type: 'com.amazon.coral.service#AccessDenied', queryError: 'AccessDenied;Sender' },
};

/** The service's answer to a call that the caller's role does not allow. */
export function accessDenied(
  service: Service,
  caller: Caller,
  access: Access,
  environment: Environment,
): AwsApiError {
  const { status, type, queryError } = SHAPES[service];
  return new AwsApiError(
    status,
    type,
    notAuthorized(caller, access, environment),
    queryError === undefined ? {} : { 'x-amzn-query-error': queryError },
  );
}

function notAuthorized(
  { functionName, roleArn }: Caller,
  { action, resource }: Access,
  { accountId }: Environment,
): string {
  const user = `arn:aws:sts::${accountId}:assumed-role/${nameOfRole(roleArn)}/${functionName}`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
