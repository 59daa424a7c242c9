import { DeleteQueueCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Signal } from '#packets/carrying/exchange';
import type { SignalSender } from '../dependencies.ts';

/** Of one SQS message, which has 1 MiB at most; a receiver gets ten at a time. */
const MAXIMUM_BODY_BYTES = 256 * 1024;

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

/** A message on a topic of all may be for more connections of one listener than a message of the queue has room for. */
function bodiesOf(signals: readonly Signal[]): string[] {
  const bodies: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of signals.map((signal) => JSON.stringify(signal))) {
    const more = Buffer.byteLength(text) + 1;
    if (bytes + more > MAXIMUM_BODY_BYTES) {
      bodies.push([]);
      bytes = 0;
    }
    bodies.at(-1)?.push(text);
    bytes += more;
  }
  return bodies.map((texts) => `{"signals":[${texts.join(',')}]}`);
}

/** Sends signals to the queues of listeners. */
export function createSignalSender(client: SQSClient): SignalSender {
  return {
    async send(address, signals) {
      for (const body of bodiesOf(signals))
        await unlessGone(client.send(new SendMessageCommand({ QueueUrl: address, MessageBody: body })));
    },
    remove: (address) => unlessGone(client.send(new DeleteQueueCommand({ QueueUrl: address }))),
  };
}
