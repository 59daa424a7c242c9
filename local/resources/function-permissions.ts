import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import { isArnLike } from '#local/iam/wildcard';
import type { Environment, Resource } from '#local/template/template';
import { propertiesOf } from './properties.ts';

const permissionSchema = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.optional(z.string()),
  SourceAccount: z.optional(z.string()),
});

export type Permission = z.infer<typeof permissionSchema>;

export function readPermission(resource: Resource): Permission {
  return propertiesOf(resource, permissionSchema);
}

/** A service that calls a function without a role of the stack. */
export interface FunctionCall {
  /** Such as `The IoT rule mqtt_sessions_connected`. */
  readonly who: string;
  /** Such as `iot.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn: string;
  readonly functionArn: string;
}

/**
 * On AWS such a call needs the function's own policy to name the caller; without it the events are lost, which is
 * better said now.
 *
 * @throws LocalCloudError that names the caller and the function
 */
export function checkPermissions(
  calls: readonly FunctionCall[],
  permissions: readonly Permission[],
  { accountId }: Environment,
): void {
  for (const { who, principal, sourceArn, functionArn } of calls) {
    const allowed = permissions.some(
      (permission) =>
        permission.Principal === principal &&
        permission.Action === 'lambda:InvokeFunction' &&
        functionArn.endsWith(`:${permission.FunctionName.split(':').at(-1)}`) &&
        (permission.SourceArn === undefined || isArnLike(permission.SourceArn, sourceArn)) &&
        (permission.SourceAccount === undefined || permission.SourceAccount === accountId),
    );
    if (allowed) continue;
    throw new LocalCloudError(
      'template.permissionMissing',
      `${who} may not call the function ${functionArn}: the stack has no AWS::Lambda::Permission for it.`,
    );
  }
}
