import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionName } from './functions/function-name.ts';
import { TIMEOUTS } from './functions/timeouts.ts';

export interface Queues {
  /** Asks the pump to move a client forward. */
  readonly deliveries: Queue;
  /** Messages that matched no route, to be looked at again after the delay that each names. */
  readonly unrouted: Queue;
  /** Look-ups at the broker that failed and are repaired later. */
  readonly lookUps: Queue;
  /** Does a route still have a subscriber? */
  readonly routeChecks: Queue;
  /** Work for the packet edge that is no client's packet, such as a will whose delay passes. */
  readonly packetRequests: Queue;
  /** The next part of what operators have asked for. */
  readonly operationParts: Queue;
  /** Everything that was refused or that ran out of attempts. */
  readonly deadLetters: Queue;
}

/** Attempts before a message is given up and kept in DeadLetters. */
const MAXIMUM_RECEIVES = 5;

export function createQueues(scope: Construct): Queues {
  const deadLetters = new Queue(scope, 'DeadLetters', {
    ...queueDefaults,
    // The longest that SQS offers: time to see the alarm, repair and redrive.
    retentionPeriod: Duration.days(14),
  });
  Validations.of(deadLetters).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'This queue is the dead-letter queue of all the others; its depth raises an alarm.',
  });
  const work = (id: string, consumer: FunctionName) =>
    new Queue(scope, id, {
      ...queueDefaults,
      // Six times the timeout of the function that reads it, as the Lambda guide advises.
      visibilityTimeout: Duration.seconds(6 * TIMEOUTS[consumer].toSeconds()),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAXIMUM_RECEIVES },
    });
  return {
    deliveries: work('Deliveries', 'Deliver'),
    unrouted: work('Unrouted', 'Ingest'),
    lookUps: work('LookUps', 'Lifecycle'),
    routeChecks: work('RouteChecks', 'Expire'),
    packetRequests: work('PacketRequests', 'Packets'),
    // The construct id Operations is the dashboard's.
    operationParts: work('OperationParts', 'Operate'),
    deadLetters,
  };
}

const queueDefaults: QueueProps = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(4),
};
