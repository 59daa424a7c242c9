import * as z from 'zod';
import { AwsApiError } from '#local/aws/http';
import { type MessageAttributes, md5OfAttributes } from './checksum.ts';
import { createdQueue, type QueuePlace } from './created-queue.ts';
import type { Queue, StoredMessage } from './queue.ts';
import type { Queues } from './queues.ts';

/** What SQS takes, in bytes of body and attributes. */
const MAXIMUM_MESSAGE_BYTES = 1_048_576;
const MAXIMUM_BATCH = 10;

const seconds = (maximum: number) => z.number().int().min(0).max(maximum);
const queueUrl = { QueueUrl: z.string() };
const attributes = z.optional(z.record(z.string(), z.looseObject({ DataType: z.string() })));
const message = {
  MessageBody: z.string().min(1),
  DelaySeconds: z.optional(seconds(900)),
  MessageAttributes: attributes,
};
const batch = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).min(1).max(MAXIMUM_BATCH);

const REQUESTS = {
  SendMessage: z.object({ ...queueUrl, ...message }),
  SendMessageBatch: z.object({ ...queueUrl, Entries: batch(z.object({ Id: z.string(), ...message })) }),
  ReceiveMessage: z.object({
    ...queueUrl,
    MaxNumberOfMessages: z.optional(z.number().int().min(1).max(MAXIMUM_BATCH)),
    VisibilityTimeout: z.optional(seconds(43_200)),
    WaitTimeSeconds: z.optional(seconds(20)),
  }),
  DeleteMessage: z.object({ ...queueUrl, ReceiptHandle: z.string() }),
  DeleteMessageBatch: z.object({
    ...queueUrl,
    Entries: batch(z.object({ Id: z.string(), ReceiptHandle: z.string() })),
  }),
  ChangeMessageVisibility: z.object({
    ...queueUrl,
    ReceiptHandle: z.string(),
    VisibilityTimeout: seconds(43_200),
  }),
  ChangeMessageVisibilityBatch: z.object({
    ...queueUrl,
    Entries: batch(
      z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.optional(seconds(43_200)) }),
    ),
  }),
  GetQueueAttributes: z.object({ ...queueUrl, AttributeNames: z.optional(z.array(z.string())) }),
  GetQueueUrl: z.object({ QueueName: z.string() }),
  ListQueues: z.object({ QueueNamePrefix: z.optional(z.string()) }),
  PurgeQueue: z.object(queueUrl),
  CreateQueue: z.strictObject({
    QueueName: z.string().regex(/^[\w-]{1,80}$/),
    // As strings, whatever they mean.
    Attributes: z.optional(
      z.strictObject({
        VisibilityTimeout: z.optional(z.string().regex(/^\d+$/)),
        // Nobody waits here for as long as SQS keeps messages, and nothing is encrypted.
        MessageRetentionPeriod: z.optional(z.string()),
        SqsManagedSseEnabled: z.optional(z.string()),
      }),
    ),
  }),
  DeleteQueue: z.object(queueUrl),
} as const;

type Requests = { readonly [Name in keyof typeof REQUESTS]: z.infer<(typeof REQUESTS)[Name]> };
type Operations = { readonly [Name in keyof Requests]: (request: Requests[Name]) => unknown };

/** SQS as the SDKs and the AWS CLI call it (AWS JSON protocol). */
export class SqsApi {
  private readonly queues: Queues;
  private readonly place: QueuePlace;

  /** @param place of the queues that are made through it */
  constructor(queues: Queues, place: QueuePlace) {
    this.queues = queues;
    this.place = place;
  }

  /** @throws AwsApiError with what SQS would answer */
  async handle(operation: string, body: unknown): Promise<unknown> {
    if (!isOperation(operation)) {
      throw new AwsApiError(
        400,
        'com.amazonaws.sqs#UnsupportedOperation',
        `The local SQS has no ${operation}`,
      );
    }
    const request = REQUESTS[operation].safeParse(body);
    if (!request.success) {
      throw new AwsApiError(400, 'com.amazonaws.sqs#InvalidParameterValue', z.prettifyError(request.error));
    }
    // The table of requests gives each operation the request that it takes.
    const run = this.operations[operation] as (request: unknown) => unknown;
    return (await run(request.data)) ?? {};
  }

  private readonly operations: Operations = {
    SendMessage: ({ QueueUrl, ...sent }) => this.send(this.queue(QueueUrl), sent),
    SendMessageBatch: ({ QueueUrl, Entries }) => {
      const queue = this.queue(QueueUrl);
      refuseOversize(Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0));
      return {
        Successful: Entries.map(({ Id, ...sent }) => ({ Id, ...this.send(queue, sent) })),
        Failed: [],
      };
    },
    ReceiveMessage: async (request) => {
      const queue = this.queue(request.QueueUrl);
      const deadlineMs = Date.now() + (request.WaitTimeSeconds ?? 0) * 1000;
      for (;;) {
        if (this.queues.find(queue.options.name) !== queue) throw this.noQueue(request.QueueUrl);
        const received = queue.receive(request.MaxNumberOfMessages ?? 1, request.VisibilityTimeout);
        if (received.length > 0) return { Messages: received.map(asReceived) };
        const leftMs = deadlineMs - Date.now();
        if (leftMs <= 0) return {};
        await queue.wait(leftMs);
      }
    },
    DeleteMessage: ({ QueueUrl, ReceiptHandle }) => this.queue(QueueUrl).delete(ReceiptHandle),
    DeleteMessageBatch: ({ QueueUrl, Entries }) => {
      for (const { ReceiptHandle } of Entries) this.queue(QueueUrl).delete(ReceiptHandle);
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    ChangeMessageVisibility: ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
      if (this.queue(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout)) return;
      throw new AwsApiError(
        400,
        'com.amazonaws.sqs#MessageNotInflight',
        'The receipt handle names no message that is in flight',
      );
    },
    ChangeMessageVisibilityBatch: ({ QueueUrl, Entries }) => {
      const queue = this.queue(QueueUrl);
      const isChanged = ({ ReceiptHandle, VisibilityTimeout = 0 }: (typeof Entries)[number]) =>
        queue.changeVisibility(ReceiptHandle, VisibilityTimeout);
      const results = Entries.map((entry) => ({ Id: entry.Id, isChanged: isChanged(entry) }));
      return {
        Successful: results.filter((each) => each.isChanged).map(({ Id }) => ({ Id })),
        Failed: results
          .filter((each) => !each.isChanged)
          .map(({ Id }) => ({ Id, Code: 'MessageNotInflight', SenderFault: true })),
      };
    },
    GetQueueAttributes: ({ QueueUrl, AttributeNames = [] }) => {
      const all = attributesOf(this.queue(QueueUrl));
      const wanted = Object.entries(all).filter(
        ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
      );
      return { Attributes: Object.fromEntries(wanted) };
    },
    GetQueueUrl: ({ QueueName }) => ({ QueueUrl: this.queue(QueueName).options.url }),
    ListQueues: ({ QueueNamePrefix = '' }) => ({
      QueueUrls: this.queues
        .list()
        .filter(({ options }) => options.name.startsWith(QueueNamePrefix))
        .map(({ options }) => options.url),
    }),
    PurgeQueue: ({ QueueUrl }) => this.queue(QueueUrl).purge(),
    CreateQueue: ({ QueueName, Attributes = {} }) => {
      const { VisibilityTimeout } = Attributes;
      const created = createdQueue(QueueName, this.place, {
        ...(VisibilityTimeout !== undefined && { visibilityTimeoutSeconds: Number(VisibilityTimeout) }),
      });
      if (this.queues.find(QueueName) === undefined) this.queues.add(created);
      return { QueueUrl: this.queue(QueueName).options.url };
    },
    DeleteQueue: ({ QueueUrl }) => this.queues.remove(this.queue(QueueUrl)),
  };

  private queue(nameOrUrl: string): Queue {
    const queue = this.queues.find(nameOrUrl);
    if (queue !== undefined) return queue;
    throw this.noQueue(nameOrUrl);
  }

  private noQueue(nameOrUrl: string): AwsApiError {
    return new AwsApiError(
      400,
      'com.amazonaws.sqs#QueueDoesNotExist',
      `The queue ${nameOrUrl} does not exist; there are ${this.queues.names().join(', ')}`,
      { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
    );
  }

  private send(queue: Queue, sent: Omit<Requests['SendMessage'], 'QueueUrl'>): object {
    refuseOversize(Buffer.byteLength(sent.MessageBody));
    const given = (sent.MessageAttributes ?? {}) as MessageAttributes;
    const stored = queue.send(sent.MessageBody, {
      attributes: given,
      ...(sent.DelaySeconds === undefined ? {} : { delaySeconds: sent.DelaySeconds }),
    });
    return {
      MessageId: stored.messageId,
      MD5OfMessageBody: stored.md5OfBody,
      ...optional('MD5OfMessageAttributes', md5OfAttributes(given)),
    };
  }
}

/** The attributes that SQS itself gives each received message, for its API and for Lambda's events. */
export function systemAttributes(received: StoredMessage): Readonly<Record<string, string>> {
  return {
    ApproximateReceiveCount: String(received.receiveCount),
    SentTimestamp: String(received.sentAtMs),
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: String(received.firstReceivedAtMs),
  };
}

function asReceived(received: StoredMessage): object {
  return {
    MessageId: received.messageId,
    ReceiptHandle: received.receiptHandle,
    Body: received.body,
    MD5OfBody: received.md5OfBody,
    Attributes: systemAttributes(received),
    ...(Object.keys(received.attributes).length === 0 ? {} : { MessageAttributes: received.attributes }),
    ...optional('MD5OfMessageAttributes', md5OfAttributes(received.attributes)),
  };
}

function attributesOf(queue: Queue): Readonly<Record<string, string>> {
  const { visible, delayed, inFlight } = queue.counts();
  return {
    QueueArn: queue.options.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    DelaySeconds: String(queue.options.delaySeconds),
    VisibilityTimeout: String(queue.options.visibilityTimeoutSeconds),
  };
}

function optional(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value };
}

function refuseOversize(bytes: number): void {
  if (bytes <= MAXIMUM_MESSAGE_BYTES) return;
  throw new AwsApiError(
    400,
    'com.amazonaws.sqs#InvalidParameterValue',
    `${bytes} bytes came; allowed: at most ${MAXIMUM_MESSAGE_BYTES}`,
  );
}

function isOperation(name: string): name is keyof Requests {
  return Object.hasOwn(REQUESTS, name);
}
