import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chaos } from '#local/chaos';
import type { Cloud } from '#local/cloud';
import { startCloud } from '#local/start-cloud';
import { synthesize } from '#local/template/synthesize';
import { eventually } from './eventually.ts';

let assemblyDirectory: string;
let cloud: Cloud;

beforeAll(async () => {
  assemblyDirectory = await synthesize({
    configuration: {},
    app: fileURLToPath(new URL('./fixtures/app.ts', import.meta.url)),
  });
  cloud = await startCloud({ assemblyDirectory, timeToLiveDelaySeconds: 0 });
});

afterAll(() => cloud.stop());

const invoke = async (event: object, on: Cloud = cloud) => {
  const outcome = await on.function('probe').invoke(JSON.stringify(event));
  return outcome.succeeded ? JSON.parse(outcome.payload) : outcome.error;
};
const eventsSeen = (on: Cloud = cloud) =>
  on
    .function('probe')
    .logs()
    .map(({ text }) => JSON.parse(text).event);
const recordsSeen = () => eventsSeen().flatMap(({ Records = [] }) => Records);

test('every part is named by its construct', () => {
  expect(cloud.endpoints).toMatchObject({
    mqtt: expect.stringMatching(/^mqtt:\/\/127\.0\.0\.1:\d+$/),
    aws: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    tables: { Things: expect.stringMatching(/^Fixture-Things/) },
    functions: { probe: expect.stringMatching(/^Fixture-Probe/) },
    queues: { Work: expect.stringContaining(cloud.endpoints.aws), DeadLetters: expect.any(String) },
    eventBus: expect.stringContaining('Events'),
  });
});

test('what a function sends to the queue comes back through its event source', async () => {
  await invoke({ action: 'send', body: 'to myself' });
  await eventually(() =>
    expect(recordsSeen()).toContainEqual(expect.objectContaining({ body: 'to myself' })),
  );
  await eventually(() => expect(cloud.isIdle()).toBe(true));
});

test('events on the bus can be read', async () => {
  await invoke({ action: 'announce', detail: { clientId: 'a' } });
  const answer = await fetch(`${cloud.endpoints.aws}/_local/events`);
  expect(await answer.json()).toMatchObject({
    [cloud.endpoints.eventBus]: [{ source: 'probe', 'detail-type': 'announced', detail: { clientId: 'a' } }],
  });
});

test('a function asks the broker for a connection', async () => {
  const client = await connectAsync(cloud.endpoints.mqtt, { clientId: 'a/b c' });
  expect(await invoke({ action: 'connection', clientId: 'a/b c' })).toMatchObject({ connected: true });
  await client.endAsync();
  expect(await invoke({ action: 'connection', clientId: 'nobody' })).toMatchObject({
    errorType: 'ResourceNotFoundException',
  });
});

test('a published message reaches the function through its rule', async () => {
  const client = await connectAsync(cloud.endpoints.mqtt, { clientId: 'publisher' });
  await client.publishAsync('things/one', 'hello', { qos: 1 });
  await eventually(() =>
    expect(eventsSeen()).toContainEqual({
      topic: 'things/one',
      payload: Buffer.from('hello').toString('base64'),
    }),
  );
  await client.endAsync();
});

test('an item that expires is removed, and the function is told by the service', async () => {
  await invoke({ action: 'put', id: 'short-lived', expiresAt: Math.floor(Date.now() / 1000) + 1 });
  await eventually(() =>
    expect(recordsSeen()).toContainEqual(
      expect.objectContaining({
        eventName: 'REMOVE',
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        dynamodb: expect.objectContaining({ Keys: { id: { S: 'short-lived' } } }),
      }),
    ),
  );
});

test('two clouds share nothing, and one on the DynamoDB of the other keeps its tables', async () => {
  const second = await startCloud({ assemblyDirectory, dynamoDbEndpoint: cloud.endpoints.dynamodb });
  expect(second.endpoints.tables).toEqual(cloud.endpoints.tables);
  expect(second.endpoints.mqtt).not.toBe(cloud.endpoints.mqtt);
  await invoke({ action: 'announce', detail: {} }, second);
  // The stream is that of the same table, so its records come here too.
  expect(eventsSeen(second).filter(({ action }) => action !== undefined)).toEqual([
    { action: 'announce', detail: {} },
  ]);
  await second.stop();
  await expect(fetch(second.endpoints.aws)).rejects.toThrow();
});

test('a test decides request by request, knowing which function calls, and may kill it in between', async () => {
  const callers: (string | undefined)[] = [];
  const watched = await startCloud({
    assemblyDirectory,
    dynamoDbEndpoint: cloud.endpoints.dynamodb,
    throttle: (_, caller) => (callers.push(caller) === 1 ? 'ThrottlingException' : undefined),
    observe: ({ kind }) => {
      if (kind === 'dynamoDbRequest') void watched.function('probe').kill();
    },
  });
  const put = { action: 'put', id: 'watched', expiresAt: 1 };
  expect(await invoke(put, watched)).toMatchObject({ errorType: 'ThrottlingException' });
  expect(await invoke(put, watched)).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(callers).toEqual(['probe', 'probe']);
  await watched.stop();
});

test('told to, it throttles DynamoDB, fails the data plane and kills functions', async () => {
  const chaos = (settings: object) =>
    startCloud({
      assemblyDirectory,
      dynamoDbEndpoint: cloud.endpoints.dynamodb,
      chaos: new Chaos({ seed: 1, ...settings }),
    });
  const throttling = await chaos({ dynamodb: { throttleRate: 1 }, dataPlane: { 429: 1 } });
  expect(await invoke({ action: 'put', id: 'x', expiresAt: 1 }, throttling)).toMatchObject({
    errorType: expect.stringMatching(/^(ProvisionedThroughputExceeded|Throttling)Exception$/),
  });
  expect(await invoke({ action: 'connection', clientId: 'x' }, throttling)).toMatchObject({
    errorType: 'ThrottlingException',
  });
  await throttling.stop();
  const crashing = await chaos({ functions: { crashRate: 1 } });
  expect(await invoke({ action: 'hang' }, crashing)).toMatchObject({ errorType: 'Runtime.ExitError' });
  await crashing.stop();
});

test.each([
  [
    'a rule that may not call its function',
    (template: string) =>
      template.replace('"Principal": "iot.amazonaws.com"', '"Principal": "s3.amazonaws.com"'),
    /rule to_probe may not call the function .*no AWS::Lambda::Permission/,
  ],
  [
    'a property that it does not know',
    (template: string) =>
      template.replace('"StartingPosition"', '"TumblingWindowInSeconds": 60, "StartingPosition"'),
    /cannot run ThingsToProbe\w* .*TumblingWindowInSeconds/,
  ],
  [
    'a resource type that it does not know',
    (template: string) => template.replace('"AWS::Events::EventBus"', '"AWS::Kinesis::Stream"'),
    /Events\w* of type AWS::Kinesis::Stream/,
  ],
])('%s is an error, and nothing is left running', async (_, change, message) => {
  const directory = await mkdtemp(join(tmpdir(), 'assembly-'));
  await cp(assemblyDirectory, directory, { recursive: true });
  const file = join(directory, 'Fixture.template.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
  await expect(
    startCloud({ assemblyDirectory: directory, dynamoDbEndpoint: cloud.endpoints.dynamodb }),
  ).rejects.toThrow(message);
  await rm(directory, { recursive: true });
});
