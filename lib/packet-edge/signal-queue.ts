import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SignalSender } from './dependencies.ts';

/** The queue of a listener that has gone. */
const GONE = new Set(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

/**
 * Sends signals to the queues of listeners. A listener that has gone has closed its connections with it: what
 * waits for them is found when their clients return.
 */
export function createSignalSender(client: SQSClient): SignalSender {
  return {
    async send(address, signals) {
      try {
        await client.send(
          new SendMessageCommand({ QueueUrl: address, MessageBody: JSON.stringify({ signals }) }),
        );
      } catch (error) {
        if (!(error instanceof Error && GONE.has(error.name))) throw error;
      }
    },
  };
}
