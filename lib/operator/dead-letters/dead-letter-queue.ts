import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message of the dead-letter queue while it is hidden from others. */
export interface HeldLetter {
  readonly id: string;
  readonly sentAtMs: number;
  readonly body: string;
  readonly receipt: string;
}

/** What operators do to the dead-letter queue. */
export interface DeadLetterQueue {
  /** Some letters, which are hidden from others for some seconds; none: the queue shows no more. */
  receive(): Promise<readonly HeldLetter[]>;
  /** Shows them to others again. */
  release(letters: readonly HeldLetter[]): Promise<void>;
  remove(letter: HeldLetter): Promise<void>;
}

/** What SQS gives and takes at once. */
const BATCH = 10;
/** Long enough to look at all of them, short enough that one whose release was lost is soon back. */
const HIDDEN_SECONDS = 15;

function held({ MessageId, Body, ReceiptHandle, Attributes }: Message): HeldLetter[] {
  if (MessageId === undefined || ReceiptHandle === undefined) return [];
  const sentAtMs = Number(Attributes?.SentTimestamp ?? 0);
  return [{ id: MessageId, sentAtMs, body: Body ?? '', receipt: ReceiptHandle }];
}

/** @example createDeadLetterQueue(new SQSClient({}), environmentVariable('DEAD_LETTERS_QUEUE_URL')) */
export function createDeadLetterQueue(client: SQSClient, url: string): DeadLetterQueue {
  return {
    async receive() {
      const { Messages: messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: BATCH,
          VisibilityTimeout: HIDDEN_SECONDS,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      return messages.flatMap(held);
    },

    async release(letters) {
      for (let first = 0; first < letters.length; first += BATCH) {
        const entries = letters.slice(first, first + BATCH).map(({ receipt }, index) => ({
          Id: String(index),
          ReceiptHandle: receipt,
          VisibilityTimeout: 0,
        }));
        // One that is not released comes back by itself.
        await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: entries }));
      }
    },

    async remove({ receipt }) {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt }));
    },
  };
}
