import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type QueueUrls, Requests } from '#edge/requests';
import { asynchronousFailureRecord, streamFailureRecord } from '#local/lambda/failure-record';
import { createDeadLetterQueue } from '#operator/dead-letters/dead-letter-queue';
import {
  type DeadLetterDependencies,
  listDeadLetters,
  redriveDeadLetter,
} from '#operator/dead-letters/dead-letters';
import { fixtureQueue, startServices } from '#test/local/services';

const NAMES = [
  'deliveries',
  'lookUps',
  'routeChecks',
  'unrouted',
  'packetRequests',
  'operations',
  'deadLetters',
] as const satisfies readonly (keyof QueueUrls)[];
type Name = (typeof NAMES)[number];

const operator = { actor: 'arn:aws:iam::123456789012:user/operator' };
let services: Awaited<ReturnType<typeof startServices>>;
let client: SQSClient;
let urls: Readonly<Record<Name, string>>;
let dependencies: DeadLetterDependencies & { readonly requests: Requests };

beforeAll(async () => {
  services = await startServices();
  client = new SQSClient(services.client);
});

beforeEach(() => {
  const queues = NAMES.map((name) => [name, fixtureQueue(name, services.url)] as const);
  for (const [, queue] of queues) services.queues.add(queue);
  urls = Object.fromEntries(queues.map(([name, { options }]) => [name, options.url])) as typeof urls;
  const requests = new Requests(client, urls);
  dependencies = {
    requests,
    deadLetters: createDeadLetterQueue(client, urls.deadLetters),
    sessions: { get: async () => undefined },
    history: { append: () => expect.fail('there is no session') },
    logAct: () => {},
    clock: Date.now,
    newId: () => 'act',
  };
});

afterAll(() => services.stop());

const dead = (body: string) => services.queues.find('deadLetters')?.send(body);

async function waitingIn(name: Name): Promise<unknown[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: urls[name], MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
  );
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

const lambda = 'arn:aws:lambda:eu-central-1:123456789012:function';
const outcome = { requestId: 'r', error: { errorType: 'Error', errorMessage: 'boom' } } as never;
const failedInvocation = (event: object) =>
  asynchronousFailureRecord({
    functionArn: `${lambda}:Stack-Ingest`,
    event: JSON.stringify(event),
    outcome,
    invokeCount: 3,
    condition: 'RetriesExhausted',
  });
const message = { payload: 'aGk=', topic: 'a/b', messageId: 'm', receivedAt: 5 };
const connected = {
  eventType: 'connected',
  clientId: 'c',
  timestamp: 5,
  sessionIdentifier: 's',
  versionNumber: 0,
};
const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const failedRule = (more: object) => ({
  ruleName: 'mqtt_sessions_topic_1',
  topic: 'a/b',
  cloudwatchTraceId: 'trace',
  clientId: 'pump',
  base64OriginalPayload: base64('hi'),
  failures: [{ failedAction: 'LambdaAction', failedResource: lambda, errorMessage: 'throttled' }],
  ...more,
});
const refused = (source: string, event: unknown) => ({
  source,
  reason: { code: 'event.refused', message: 'no' },
  event,
});

describe('a dead letter is sent again to where it came from', () => {
  it.each<[string, object | string, Name, unknown]>([
    [
      'a refused lifecycle event',
      refused('lifecycle', connected),
      'lookUps',
      { kind: 'event', event: connected, attempt: 0 },
    ],
    [
      'a refused look-up',
      refused('lifecycle', { kind: 'lookUp', clientId: 'c', attempt: 9 }),
      'lookUps',
      { kind: 'lookUp', clientId: 'c', attempt: 9 },
    ],
    ['a refused message', refused('ingest', message), 'unrouted', message],
    [
      'a request that ran out of attempts',
      { clientId: 'c', attempt: 1, purpose: 'catchUp' },
      'deliveries',
      { clientId: 'c', attempt: 1, purpose: 'catchUp' },
    ],
    ['a route check', { filter: 'a/#', step: 'mark' }, 'routeChecks', { filter: 'a/#', step: 'mark' }],
    [
      'a will',
      { kind: 'will', clientId: 'c', connectionId: 'x' },
      'packetRequests',
      { kind: 'will', clientId: 'c', connectionId: 'x' },
    ],
    ['a background operation', { operationId: 'o' }, 'operations', { operationId: 'o' }],
    ['an invocation that failed', failedInvocation(message), 'unrouted', message],
    [
      'a lifecycle event of a rule',
      failedRule({ topic: '$aws/events/presence/connected/c', base64OriginalPayload: base64(connected) }),
      'lookUps',
      { kind: 'event', event: connected, attempt: 0 },
    ],
    [
      'a declaration of a rule',
      failedRule({ ruleName: 'mqtt_sessions_session', topic: '' }),
      'lookUps',
      {
        kind: 'event',
        event: { eventType: 'declared', data: base64('hi'), clientId: 'pump', timestamp: expect.any(Number) },
        attempt: 0,
      },
    ],
    [
      'a message of a rule',
      failedRule({}),
      'unrouted',
      {
        payload: base64('hi'),
        topic: 'a/b',
        messageId: 'trace',
        receivedAt: expect.any(Number),
        publisher: 'pump',
      },
    ],
  ])('%s', async (_, letter, queue, body) => {
    dead(typeof letter === 'string' ? letter : JSON.stringify(letter));
    const [listed] = await listDeadLetters(dependencies);
    expect(listed?.isRedrivable).toBe(true);
    expect(await redriveDeadLetter(listed?.id ?? '', operator, dependencies)).toEqual({
      outcome: 'redriven',
      letter: listed,
    });
    expect(await waitingIn(queue)).toEqual([body]);
    expect(await listDeadLetters(dependencies)).toEqual([]);
    expect(await redriveDeadLetter(listed?.id ?? '', operator, dependencies)).toEqual({
      outcome: 'notFound',
    });
  });

  it.each<[string, object | string]>([
    [
      'a frame of a carried connection, whose device has given up',
      refused('packets', { kind: 'carriage', clientId: 'c' }),
    ],
    ['the same of a rule', failedRule({ ruleName: 'mqtt_sessions_packets' })],
    ['a lifecycle event that cannot be read', failedRule({ topic: '$aws/events/presence/connected/c' })],
    [
      'a batch of a stream, which names its records only',
      streamFailureRecord({
        functionArn: `${lambda}:Stack-Expire`,
        requestId: 'r',
        condition: 'RetryAttemptsExhausted',
        invokeCount: 10,
        batch: {} as never,
      }),
    ],
    ['text', 'hello'],
    ['something else', { what: 1 }],
  ])('but not %s: it stays', async (_, letter) => {
    dead(typeof letter === 'string' ? letter : JSON.stringify(letter));
    const [listed] = await listDeadLetters(dependencies);
    expect(listed?.isRedrivable).toBe(false);
    const redriven = await redriveDeadLetter(listed?.id ?? '', operator, dependencies);
    expect(redriven).toEqual({ outcome: 'notRedrivable', letter: listed });
    expect(await listDeadLetters(dependencies)).toHaveLength(1);
  });
});

describe('the dead-letter queue', () => {
  it('is looked at, oldest first, and stays as it is', async () => {
    for (let index = 0; index < 25; index += 1)
      dead(JSON.stringify(refused('ingest', { ...message, index })));
    const letters = await listDeadLetters(dependencies);
    expect(letters).toHaveLength(25);
    expect(letters[0]).toMatchObject({
      source: 'ingest',
      error: 'event.refused: no',
      receivedAtMs: expect.any(Number),
    });
    expect(await listDeadLetters(dependencies)).toEqual(letters);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: urls.deadLetters, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '25',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  it('is looked at no further than a hundred letters, each of which fits into an answer', async () => {
    for (let index = 0; index < 105; index += 1) dead(`${index}${'x'.repeat(20_000)}`);
    const letters = await listDeadLetters(dependencies);
    expect(letters).toHaveLength(100);
    expect(letters[0]?.body).toHaveLength(16_385);
    expect((await redriveDeadLetter('never', operator, dependencies)).outcome).toBe('notFound');
  });

  it('says where each came from', async () => {
    dead(failedInvocation(message));
    dead(JSON.stringify(failedRule({})));
    dead(JSON.stringify({ operationId: 'o' }));
    dead(JSON.stringify({ source: 'lifecycle', reason: {}, event: {} }));
    const letters = await listDeadLetters(dependencies);
    expect(letters.map(({ source, error }) => [source, error]).sort()).toEqual([
      ['Stack-Ingest', expect.stringContaining('RetriesExhausted')],
      ['lifecycle', undefined],
      ['queue operations', 'ran out of attempts'],
      ['rule mqtt_sessions_topic_1', 'throttled'],
    ]);
  });
});
