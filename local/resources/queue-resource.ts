import * as z from 'zod';
import { createdQueue, type QueuePlace } from '#local/sqs/created-queue';
import type { StoredMessage } from '#local/sqs/queue';
import type { Queues } from '#local/sqs/queues';
import type { CreatedResource, Resource } from '#local/template/template';
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

export function createQueue(
  resource: Resource,
  context: QueuePlace & {
    readonly queues: Queues;
    readonly observeSend: (message: StoredMessage) => void;
  },
): CreatedResource {
  const { queues, observeSend } = context;
  const { QueueName, DelaySeconds, VisibilityTimeout, RedrivePolicy } = propertiesOf(resource, queueSchema);
  const queue = createdQueue(QueueName ?? resource.physicalName, context, {
    observeSend,
    ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
    ...(VisibilityTimeout !== undefined && { visibilityTimeoutSeconds: VisibilityTimeout }),
    ...(RedrivePolicy !== undefined && {
      redrive: {
        maximumReceives: RedrivePolicy.maxReceiveCount,
        target: () => queues.find(RedrivePolicy.deadLetterTargetArn),
      },
    }),
  });
  queues.add(queue);
  const { name, arn, url } = queue.options;
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
}
