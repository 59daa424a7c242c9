import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { Signal } from '#packets/carrying/exchange';
import type { Log, Signals } from '../ports.ts';
import { signalSchema } from './signal-schema.ts';

export interface SqsSignalsOptions {
  readonly sqs: SQSClient;
  /** What the queue's name begins with; the function may send to such queues only. */
  readonly queueNamePrefix: string;
  readonly log: Log;
}

/** A signal that waits longer is for connections that are gone. The least that SQS takes. */
const RETENTION_SECONDS = 60;
/** The longest that SQS takes. */
const WAIT_SECONDS = 20;
/** Until a signal whose removal failed comes again, which does no harm. */
const VISIBILITY_TIMEOUT_SECONDS = 30;
const BATCH = 10;
/** After a failure. */
const PAUSE_MS = 1_000;

const messageSchema = z.object({ signals: z.array(signalSchema) });

/**
 * Signals through an SQS queue of this process alone, made at its start and deleted at its stop. The queue of a
 * process that died stays, empty, until somebody deletes it.
 */
export class SqsSignals implements Signals {
  private readonly options: SqsSignalsOptions;
  private readonly stopping = new AbortController();
  private queueUrl: string | undefined;

  constructor(options: SqsSignalsOptions) {
    this.options = options;
  }

  async start(receive: (signal: Signal) => void): Promise<string> {
    const { sqs, queueNamePrefix } = this.options;
    const { QueueUrl: url } = await sqs.send(
      new CreateQueueCommand({
        QueueName: `${queueNamePrefix}${randomUUID()}`,
        Attributes: {
          MessageRetentionPeriod: String(RETENTION_SECONDS),
          VisibilityTimeout: String(VISIBILITY_TIMEOUT_SECONDS),
          SqsManagedSseEnabled: 'true',
        },
      }),
    );
    if (url === undefined) throw new Error('SQS has made a queue and not said its URL');
    this.queueUrl = url;
    void this.poll(url, receive);
    return url;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const { queueUrl } = this;
    if (queueUrl === undefined) return;
    try {
      await this.options.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    } catch (error) {
      this.options.log('ERROR', 'The queue for signals stays', { queueUrl, error: String(error) });
    }
  }

  destroy(): void {
    this.stopping.abort();
  }

  private async poll(queueUrl: string, receive: (signal: Signal) => void): Promise<void> {
    const { signal: abortSignal } = this.stopping;
    while (!abortSignal.aborted) {
      try {
        const { Messages: messages = [] } = await this.options.sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: BATCH,
            WaitTimeSeconds: WAIT_SECONDS,
          }),
          { abortSignal },
        );
        for (const message of messages) this.take(message, receive);
        // The next ones do not wait for it.
        if (messages.length > 0) void this.remove(queueUrl, messages);
      } catch (error) {
        if (abortSignal.aborted) return;
        this.options.log('WARN', 'Signals could not be received', { error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  private take({ Body: body = '' }: Message, receive: (signal: Signal) => void): void {
    const message = messageSchema.safeParse(parseJson(body));
    if (message.success) for (const signal of message.data.signals) receive(signal as Signal);
    else this.options.log('WARN', 'Something came that holds no signals', { error: String(message.error) });
  }

  private async remove(queueUrl: string, messages: readonly Message[]): Promise<void> {
    const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    try {
      await this.options.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.options.log('WARN', 'Signals could not be removed and come again', { error: String(error) });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
