import * as z from 'zod';
import { Queue, type StoredMessage } from '#local/sqs/queue';
import type { Queues } from '#local/sqs/queues';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import { ignored, propertiesOf } from './properties.ts';

const queueSchema = z.strictObject({
  QueueName: z.optional(z.string()),
  DelaySeconds: z.optional(z.number()),
  VisibilityTimeout: z.optional(z.number()),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })),
  KmsMasterKeyId: ignored,
  MaximumMessageSize: ignored,
  MessageRetentionPeriod: ignored,
  ReceiveMessageWaitTimeSeconds: ignored,
  RedriveAllowPolicy: ignored,
  SqsManagedSseEnabled: ignored,
  Tags: ignored,
});

/** What SQS uses where the template says nothing. */
const VISIBILITY_TIMEOUT_SECONDS = 30;

export function createQueue(
  resource: Resource,
  context: {
    readonly queues: Queues;
    readonly environment: Environment;
    readonly awsUrl: string;
    readonly observeSend: (message: StoredMessage) => void;
  },
): CreatedResource {
  const { queues, environment, awsUrl, observeSend } = context;
  const properties = propertiesOf(resource, queueSchema);
  const { region, accountId } = environment;
  const name = properties.QueueName ?? resource.physicalName;
  const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
  const url = `${awsUrl}/${accountId}/${name}`;
  const redrive = properties.RedrivePolicy;
  queues.add(
    new Queue({
      name,
      arn,
      url,
      observeSend,
      delaySeconds: properties.DelaySeconds ?? 0,
      visibilityTimeoutSeconds: properties.VisibilityTimeout ?? VISIBILITY_TIMEOUT_SECONDS,
      ...(redrive === undefined
        ? {}
        : {
            redrive: {
              maximumReceives: redrive.maxReceiveCount,
              target: () => queues.find(redrive.deadLetterTargetArn),
            },
          }),
    }),
  );
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
}
