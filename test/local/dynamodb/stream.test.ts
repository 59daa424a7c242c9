import {
  DeleteItemCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DynamoDbConnection } from '#local/dynamodb/connection';
import { type DynamoDb, startDynamoDb } from '#local/dynamodb/dynamodb';
import { StreamEventSource, type StreamEventSourceOptions } from '#local/dynamodb/stream-event-source';
import { Tables } from '#local/dynamodb/tables';
import { TimeToLive } from '#local/dynamodb/time-to-live';
import { parseFilter } from '#local/lambda/event-filter';
import type { LambdaFunction } from '#local/lambda/lambda-function';
import { LOCAL_ENVIRONMENT } from '#local/template/template';
import { eventually } from '#test/local/eventually';
import { CLIENT, fixtureFunction } from '#test/local/services';

const expiredByService = parseFilter(
  '{"eventName":["REMOVE"],"userIdentity":{"type":["Service"],"principalId":["dynamodb.amazonaws.com"]}}',
);

let dynamoDb: DynamoDb;
let client: DynamoDBClient;
let connection: DynamoDbConnection;
let tableName: string;
let streamArn: string;
let timeToLive: TimeToLive;
let target: LambdaFunction;
/** From expiry to removal; so long that no slow test takes it. */
const DELAY_SECONDS = 600;

let source: StreamEventSource;
let count = 0;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  client = new DynamoDBClient({ ...CLIENT, endpoint: dynamoDb.endpoint });
  connection = new DynamoDbConnection(dynamoDb.endpoint, CLIENT.region);
});

beforeEach(async () => {
  count += 1;
  const tables = new Tables(connection, LOCAL_ENVIRONMENT);
  const { ref, attributes } = await tables.create({
    logicalId: 'Table',
    type: 'AWS::DynamoDB::GlobalTable',
    physicalName: `Stack-Table${count}`,
    constructId: 'Table',
    properties: {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [{ Region: 'us-east-1' }],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
  });
  tableName = ref;
  streamArn = attributes['StreamArn'] ?? '';
  timeToLive = new TimeToLive(connection, tables.all, { delaySeconds: DELAY_SECONDS });
  target = fixtureFunction('expire');
});

afterEach(async () => {
  source.stop();
  await target.stop();
});

afterAll(() => dynamoDb.stop());

function start(options: Partial<StreamEventSourceOptions>): void {
  source = new StreamEventSource(connection, target, timeToLive, {
    streamArn,
    tableName,
    region: 'us-east-1',
    startingPosition: 'TRIM_HORIZON',
    batchSize: 100,
    batchingWindowSeconds: 0,
    filters: [],
    bisectsOnError: true,
    reportsBatchItemFailures: true,
    maximumRetryAttempts: 2,
    maximumRecordAgeSeconds: 3600,
    onFailure: undefined,
    retryDelaySeconds: 0.01,
    ...options,
  });
  source.start();
}

const put = (id: string, expiresInSeconds: number) =>
  client.send(
    new PutItemCommand({
      TableName: tableName,
      Item: {
        id: { S: id },
        payload: { B: Buffer.from('bytes') },
        expiresAt: { N: String(Math.floor(Date.now() / 1000) + expiresInSeconds) },
      },
    }),
  );

const received = () => target.logs().flatMap(({ text }) => JSON.parse(text).event.Records);

test('TTL removes what expired long enough ago, and its record is marked as the service marks it', async () => {
  start({ filters: [expiredByService] });
  await put('expired', -2 * DELAY_SECONDS);
  await put('just expired', -1);
  await put('lives', 60);
  await put('deleted', -2 * DELAY_SECONDS);
  await client.send(new DeleteItemCommand({ TableName: tableName, Key: { id: { S: 'deleted' } } }));
  expect(await timeToLive.sweep()).toBe(1);
  const [record, ...others] = await eventually(() => {
    expect(received()).not.toEqual([]);
    return received();
  });
  expect(others).toEqual([]);
  expect(record).toMatchObject({
    eventName: 'REMOVE',
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    eventSource: 'aws:dynamodb',
    eventSourceARN: streamArn,
    awsRegion: 'us-east-1',
    dynamodb: {
      Keys: { id: { S: 'expired' } },
      OldImage: { payload: { B: Buffer.from('bytes').toString('base64') } },
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      SequenceNumber: expect.stringMatching(/^\d+$/),
      ApproximateCreationDateTime: expect.any(Number),
    },
  });
});

test('every reader of a stream hears that TTL removed an item', async () => {
  start({ filters: [expiredByService] });
  const first = source;
  start({ filters: [expiredByService] });
  await put('expired', -2 * DELAY_SECONDS);
  expect(await timeToLive.sweep()).toBe(1);
  await eventually(() => expect(received()).toHaveLength(2));
  first.stop();
});

test('a batch that is not full waits for more, for as long as its window', async () => {
  const batches: string[][] = [];
  const invoke = target.invoke.bind(target);
  target.invoke = (event) => {
    batches.push(JSON.parse(event).Records.map(idOf));
    return invoke('{}');
  };
  const reads = vi.spyOn(connection, 'callStreams');
  start({ batchSize: 3, batchingWindowSeconds: 600 });
  for (const [index, id] of ['a', 'b', 'c'].entries()) {
    await put(id, 60);
    await eventually(async () => {
      const pages = await Promise.all(reads.mock.results.map(({ value }) => value as { Records?: object[] }));
      expect(pages.flatMap(({ Records }) => Records ?? [])).toHaveLength(index + 1);
    });
  }
  await eventually(() => expect(batches).toEqual([['a', 'b', 'c']]));
  reads.mockRestore();
});

test('DynamoDB Local itself removes nothing, so what is removed, and when, is decided here alone', async () => {
  start({});
  const answer = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  expect(answer.TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
});

test('records come in order, all of them, from the beginning of the stream', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `item ${index}`);
  for (const id of ids) await put(id, 60);
  start({ batchSize: 7 });
  await eventually(() => expect(received()).toHaveLength(30));
  expect(received().map(({ dynamodb }) => dynamodb.Keys.id.S)).toEqual(ids);
});

test('a batch that fails is halved until the record that fails is alone, and given up after its retries', async () => {
  const failures: { DDBStreamBatchInfo: { batchSize: number; startSequenceNumber: string } }[] = [];
  const succeeded: string[] = [];
  const invoke = target.invoke.bind(target);
  target.invoke = async (event) => {
    const ids = JSON.parse(event).Records.map(idOf);
    if (ids.includes('poison')) return invoke(JSON.stringify({ fail: 'poison' }));
    succeeded.push(...ids);
    return invoke('{}');
  };
  for (const id of ['a', 'b', 'poison', 'c']) await put(id, 60);
  start({ onFailure: (record) => failures.push(JSON.parse(record)) });
  await eventually(() => expect(succeeded).toEqual(['a', 'b', 'c']));
  expect(failures).toMatchObject([
    {
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn },
    },
  ]);
});

const idOf = ({ dynamodb }: { dynamodb: { Keys: { id: { S: string } } } }) => dynamodb.Keys.id.S;

test('from the first record that is reported as failed the batch comes again', async () => {
  const batches: string[][] = [];
  const invoke = target.invoke.bind(target);
  target.invoke = (event) => {
    const records: { dynamodb: { SequenceNumber: string; Keys: { id: { S: string } } } }[] =
      JSON.parse(event).Records;
    batches.push(records.map(idOf));
    const failed = batches.length === 1 ? [{ itemIdentifier: records[1]?.dynamodb.SequenceNumber }] : [];
    return invoke(JSON.stringify({ return: { batchItemFailures: failed } }));
  };
  for (const id of ['a', 'b', 'c']) await put(id, 60);
  start({});
  await eventually(() =>
    expect(batches).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]),
  );
});
