import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { QueueEventSource } from '#local/sqs/queue-event-source';
import { eventually } from '#test/local/eventually';
import { fixtureFunction, fixtureQueue, startServices } from '#test/local/services';

let services: Awaited<ReturnType<typeof startServices>>;
let client: SQSClient;
let QueueUrl: string;

beforeAll(async () => {
  services = await startServices();
  client = new SQSClient(services.client);
});

beforeEach(() => {
  const dead = fixtureQueue('dead', services.url);
  const work = fixtureQueue('work', services.url, { redrive: { maximumReceives: 2, target: () => dead } });
  services.queues.add(dead);
  services.queues.add(work);
  QueueUrl = work.options.url;
});

afterAll(() => services.stop());

const receive = async (options: object = {}) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, ...options }))).Messages ?? [];

test('what is sent is received, whatever the characters, and gone when deleted', async () => {
  const MessageBody = JSON.stringify({ text: 'grüße 🚀 \u2028' });
  // The client itself compares the checksums of both.
  const sent = await client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody,
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
    }),
  );
  const [message] = await receive();
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: MessageBody,
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
    MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    Attributes: { ApproximateReceiveCount: '1' },
  });
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  expect(services.queues.get('work').list()).toEqual([]);
});

test('a message in flight is hidden until its visibility timeout ends, then moves to the dead letters', async () => {
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const [first] = await receive();
  expect(await receive()).toEqual([]);
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  const [second] = await receive({ VisibilityTimeout: 0 });
  expect(second).toMatchObject({ Body: 'x', Attributes: { ApproximateReceiveCount: '2' } });
  // A receipt handle of an earlier receive deletes nothing.
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  expect(await receive()).toEqual([]);
  expect(services.queues.get('dead').list()).toMatchObject([{ body: 'x' }]);
});

test('a delayed message comes when its time has come, and a long poll waits for it', async () => {
  const startedAtMs = Date.now();
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 1 }));
  expect(await receive()).toEqual([]);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesDelayed'] }),
  );
  expect(Attributes).toEqual({ ApproximateNumberOfMessagesDelayed: '1' });
  expect(await receive({ WaitTimeSeconds: 10 })).toMatchObject([{ Body: 'later' }]);
  expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(990);
});

test('batches, listing and purging', async () => {
  const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id }));
  const { Successful } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'b', 'c']);
  expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(3);
  await client.send(new PurgeQueueCommand({ QueueUrl }));
  expect(services.queues.get('work').list()).toEqual([]);
  expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: 'wo' }))).QueueUrls).toEqual([QueueUrl]);
  expect((await client.send(new GetQueueUrlCommand({ QueueName: 'work' }))).QueueUrl).toBe(QueueUrl);
});

test.each([
  [{ QueueUrl: 'http://127.0.0.1/0/none', MessageBody: 'x' }, 'QueueDoesNotExist'],
  [{ MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
  [{ MessageBody: 'x', DelaySeconds: 901 }, 'InvalidParameterValue'],
])('a bad request is refused as SQS refuses it', async (request, name) => {
  const refused = client.send(new SendMessageCommand({ QueueUrl, ...request }));
  await expect(refused).rejects.toMatchObject({ name });
});

const SOURCE = {
  region: 'us-east-1',
  batchSize: 10,
  maximumConcurrency: 2,
  reportsBatchItemFailures: true,
  filters: [],
  failureDelaySeconds: 0.01,
};

test('a function gets batches; what it reports as failed comes again, the rest is deleted', async () => {
  const target = fixtureFunction('batches', { concurrency: 1 });
  const queue = services.queues.get('work');
  const bad = queue.send('bad');
  const source = new QueueEventSource(queue, answering(target, bad.messageId), SOURCE);
  queue.send('good');
  source.start();
  await eventually(() => expect(services.queues.get('dead').list()).toMatchObject([{ body: 'bad' }]));
  expect(queue.list()).toEqual([]);
  const bodies = target.logs().map(({ text }) => JSON.parse(text).event.Records.map(bodyOf));
  expect(bodies).toEqual([['bad', 'good'], ['bad']]);
  expect(JSON.parse(target.logs()[0]?.text ?? '').event.Records[0]).toMatchObject({
    messageId: bad.messageId,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
    awsRegion: 'us-east-1',
    attributes: { ApproximateReceiveCount: '1' },
  });
  source.stop();
  await target.stop();
});

test('each of several delayed messages reaches the function in its own time, and none before it', async () => {
  const target = fixtureFunction('delayed');
  const queue = services.queues.get('work');
  const arrivals: { readonly delayMs: number; readonly afterMs: number }[] = [];
  const startedAtMs = Date.now();
  target.invoke = async (event) => {
    for (const { body } of JSON.parse(event).Records) {
      arrivals.push({ delayMs: Number(body), afterMs: Date.now() - startedAtMs });
    }
    return { succeeded: true, payload: '{}', requestId: '', log: '' };
  };
  const source = new QueueEventSource(queue, target, SOURCE);
  source.start();
  for (const delayMs of [300, 25, 150]) queue.send(String(delayMs), { delaySeconds: delayMs / 1000 });
  await eventually(() => expect(arrivals).toHaveLength(3));
  source.stop();
  await target.stop();
  expect(arrivals.map(({ delayMs }) => delayMs)).toEqual([25, 150, 300]);
  for (const { delayMs, afterMs } of arrivals) expect(afterMs).toBeGreaterThanOrEqual(delayMs);
});

const bodyOf = ({ body }: { body: string }) => body;

/** Has the function report one message as failed. */
function answering(target: ReturnType<typeof fixtureFunction>, messageId: string) {
  const invoke = target.invoke.bind(target);
  target.invoke = (event) =>
    invoke(
      JSON.stringify({
        ...JSON.parse(event),
        return: { batchItemFailures: [{ itemIdentifier: messageId }] },
      }),
    );
  return target;
}

test('a queue can be made and deleted; who waits for its messages learns that it is gone', async () => {
  const create = () =>
    client.send(
      new CreateQueueCommand({
        QueueName: 'mine-1',
        Attributes: { VisibilityTimeout: '7', MessageRetentionPeriod: '60' },
      }),
    );
  const { QueueUrl: url } = await create();
  expect(url).toBe(`${services.url}/000000000000/mine-1`);
  expect(services.queues.get('mine-1').options.visibilityTimeoutSeconds).toBe(7);
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'kept' }));
  // It exists already.
  expect((await create()).QueueUrl).toBe(url);
  expect(services.queues.get('mine-1').list()).toHaveLength(1);
  await client.send(new PurgeQueueCommand({ QueueUrl: url }));
  const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
  const gone = expect(waiting).rejects.toThrow(/mine-1 does not exist/);
  await client.send(new DeleteQueueCommand({ QueueUrl: url }));
  await gone;
  await expect(client.send(new DeleteQueueCommand({ QueueUrl: url }))).rejects.toThrow(/does not exist/);
});

test('a queue with a name that SQS does not take, or an attribute unknown here, is refused', async () => {
  await expect(client.send(new CreateQueueCommand({ QueueName: 'a b' }))).rejects.toThrow();
  const unknown = { QueueName: 'mine-2', Attributes: { FifoQueue: 'true' } };
  await expect(client.send(new CreateQueueCommand(unknown))).rejects.toThrow(/FifoQueue/);
});

test('several are shown again at once; what is not hidden is named', async () => {
  for (const MessageBody of ['1', '2']) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const handles = (await receive({ MaxNumberOfMessages: 10 })).map(({ ReceiptHandle }) => ReceiptHandle);
  const changed = await client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl,
      Entries: [...handles, 'none'].map((ReceiptHandle, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      })),
    }),
  );
  expect(changed.Successful).toEqual([{ Id: '0' }, { Id: '1' }]);
  expect(changed.Failed).toMatchObject([{ Id: '2', Code: 'MessageNotInflight' }]);
  expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(2);
});
