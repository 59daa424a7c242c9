import { DeleteQueueCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SignalSender } from './dependencies.ts';

/** The queue of a listener that has gone. */
const GONE = new Set(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

/** A listener that has gone has closed its connections with it: what waits is found when their clients return. */
async function unlessGone(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof Error && GONE.has(error.name))) throw error;
  }
}

/** Sends signals to the queues of listeners. */
export function createSignalSender(client: SQSClient): SignalSender {
  return {
    send: (address, signals) =>
      unlessGone(
        client.send(new SendMessageCommand({ QueueUrl: address, MessageBody: JSON.stringify({ signals }) })),
      ),
    remove: (address) => unlessGone(client.send(new DeleteQueueCommand({ QueueUrl: address }))),
  };
}
