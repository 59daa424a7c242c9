import type { Environment } from '#local/template/template';
import { Queue, type QueueOptions } from './queue.ts';

/** Where a queue's ARN and URL point. */
export interface QueuePlace {
  readonly environment: Environment;
  readonly awsUrl: string;
}

/** What SQS uses where nothing is said. */
const DEFAULTS = { delaySeconds: 0, visibilityTimeoutSeconds: 30 } as const;

/** A queue of this account. */
export function createdQueue(
  name: string,
  { environment, awsUrl }: QueuePlace,
  options: Partial<Omit<QueueOptions, 'name' | 'arn' | 'url'>>,
): Queue {
  const { region, accountId } = environment;
  const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
  return new Queue({ ...DEFAULTS, ...options, name, arn, url: `${awsUrl}/${accountId}/${name}` });
}
