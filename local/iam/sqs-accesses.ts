import * as z from 'zod';
import type { Arns } from './arns.ts';
import type { Access } from './policy.ts';

const queueSchema = z.union([
  z.object({ QueueUrl: z.string() }).transform(({ QueueUrl }) => QueueUrl),
  z.object({ QueueName: z.string() }).transform(({ QueueName }) => QueueName),
]);

/** What a request to SQS needs. A batch has no action of its own: it needs that of its single form. */
export function sqsAccesses(operation: string, body: unknown, arns: Arns): readonly Access[] {
  const action = `sqs:${operation.replace(/Batch$/, '')}`;
  const queue = queueSchema.safeParse(body);
  return [{ action, resource: queue.success ? arns.queue(queue.data) : '*' }];
}
