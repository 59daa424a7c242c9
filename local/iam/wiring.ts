import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import type { Resource } from '#local/template/template';
import { nameOfRole, type Roles } from './roles.ts';

/** Calls that a service makes with a role of the stack, without any request that could be refused. */
export interface Use {
  /** Such as `The IoT rule mqtt_sessions_connected`. */
  readonly who: string;
  readonly roleArn: string;
  readonly actions: readonly string[];
  readonly resource: string;
}

/** What Lambda does to read an event source, by the service in its ARN. */
const READ_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  sqs: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  dynamodb: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
};

const mappingSchema = z.looseObject({
  EventSourceArn: z.optional(z.string()),
  DestinationConfig: z.optional(
    z.object({ OnFailure: z.optional(z.object({ Destination: z.optional(z.string()) })) }),
  ),
});

/** What Lambda does for an AWS::Lambda::EventSourceMapping or AWS::Lambda::EventInvokeConfig of a function. */
export function usesOfLambda({ logicalId, properties }: Resource, roleArn: string): readonly Use[] {
  const { EventSourceArn: source, DestinationConfig } = mappingSchema.parse(properties);
  const destination = DestinationConfig?.OnFailure?.Destination;
  const who = `Lambda, for ${logicalId},`;
  const actions = READ_ACTIONS[source?.split(':')[2] ?? ''] ?? [];
  return [
    ...(source === undefined ? [] : [{ who, roleArn, actions, resource: source }]),
    ...(destination === undefined ? [] : [sendTo(who, roleArn, destination)]),
  ];
}

export function sendTo(who: string, roleArn: string, queueArn: string): Use {
  return { who, roleArn, actions: ['sqs:SendMessage'], resource: queueArn };
}

/**
 * On AWS the events would be lost, or the deployment would fail; here it is said before anything runs.
 *
 * @throws LocalCloudError that names who may not do what
 */
export function checkUses(uses: readonly Use[], roles: Roles, region: string): void {
  for (const { who, roleArn, actions, resource } of uses) {
    // DynamoDB Local has a Region of its own in the ARNs of streams.
    const forms = [resource, resource.replace(':ddblocal:', `:${region}:`)];
    const missing = actions.filter((action) =>
      forms.every((form) => !roles.allows(roleArn, { action, resource: form })),
    );
    if (missing.length === 0) continue;
    throw new LocalCloudError(
      'template.permissionMissing',
      `${who} may not ${missing.join(', ')} on ${resource}: the role ${nameOfRole(roleArn)} does not allow it.`,
    );
  }
}
