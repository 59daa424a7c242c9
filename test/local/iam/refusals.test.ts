import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetConnectionCommand, IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AwsServer } from '#local/aws/aws-server';
import { DynamoDbProxy } from '#local/dynamodb/dynamodb-proxy';
import { EventBuses } from '#local/events/event-buses';
import { Callers } from '#local/iam/callers';
import { Gate } from '#local/iam/gate';
import { Roles } from '#local/iam/roles';
import { Functions } from '#local/lambda/functions';
import { Queues } from '#local/sqs/queues';
import { SqsApi } from '#local/sqs/sqs-api';
import { LOCAL_ENVIRONMENT } from '#local/template/template';
import { CLIENT, fixtureQueue } from '#test/local/services';

const ALLOWED_QUEUE = 'arn:aws:sqs:us-east-1:000000000000:Allowed';
const server = new AwsServer();
const queues = new Queues();
const refused: string[] = [];
let url: string;

/** As the SDK of the function `caller` is configured, which may send to one queue, or as that of another program. */
const clientOf = (accessKeyId: string) => ({
  ...CLIENT,
  endpoint: url,
  credentials: { accessKeyId, secretAccessKey: 'any' },
  maxAttempts: 1,
});

beforeAll(async () => {
  url = `http://127.0.0.1:${await server.listen(0)}`;
  const roles = new Roles(LOCAL_ENVIRONMENT);
  const role = roles.addRole({
    logicalId: 'Role',
    type: 'AWS::IAM::Role',
    physicalName: 'Stack-Role',
    constructId: 'Role',
    properties: {
      Policies: [
        {
          PolicyName: 'Inline',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: ALLOWED_QUEUE },
          },
        },
      ],
    },
  });
  const callers = new Callers();
  callers.add('TheFunction', { functionName: 'caller', roleArn: role.attributes['Arn'] ?? '' });
  const events = new EventBuses();
  for (const name of ['Allowed', 'Forbidden']) queues.add(fixtureQueue(name, url));
  server.serve({
    sqs: new SqsApi(queues, { environment: LOCAL_ENVIRONMENT, awsUrl: url }),
    events,
    functions: new Functions(),
    dynamoDb: new DynamoDbProxy({ endpoint: 'http://127.0.0.1:1' }),
    iotDataPlane: async () => false,
    gate: new Gate({
      callers,
      roles,
      environment: LOCAL_ENVIRONMENT,
      observe: (functionName, message) => refused.push(`${functionName}: ${message}`),
    }),
  });
});

afterAll(() => server.stop());

const dynamoDb = () =>
  new DynamoDBClient(clientOf('TheFunction')).send(new PutItemCommand({ TableName: 'Things', Item: {} }));
const sqs = () =>
  new SQSClient(clientOf('TheFunction')).send(
    new SendMessageCommand({ QueueUrl: queues.get('Forbidden').options.url, MessageBody: 'x' }),
  );
const events = () =>
  new EventBridgeClient(clientOf('TheFunction')).send(
    new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 't', Detail: '{}' }] }),
  );
const iot = () =>
  new IoTDataPlaneClient(clientOf('TheFunction')).send(new GetConnectionCommand({ clientId: 'a' }));
const lambda = () =>
  new LambdaClient(clientOf('TheFunction')).send(new InvokeCommand({ FunctionName: 'other' }));

test.each([
  [
    'DynamoDB',
    dynamoDb,
    'AccessDeniedException',
    400,
    'dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Things',
  ],
  [
    'SQS',
    sqs,
    'AccessDenied',
    403,
    'sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:Forbidden',
  ],
  [
    'EventBridge',
    events,
    'AccessDeniedException',
    400,
    'events:PutEvents on resource: arn:aws:events:us-east-1:000000000000:event-bus/default',
  ],
  [
    'the IoT data plane',
    iot,
    'ForbiddenException',
    403,
    'iot:GetConnection on resource: arn:aws:iot:us-east-1:000000000000:client/a',
  ],
  [
    'Lambda',
    lambda,
    'AccessDeniedException',
    403,
    'lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:other',
  ],
])('%s refuses what the role does not allow', async (_, call, name, httpStatusCode, denied) => {
  const error = await call().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name, $metadata: { httpStatusCode } });
  const message = `User: arn:aws:sts::000000000000:assumed-role/Stack-Role/caller is not authorized to perform: ${denied}`;
  expect(error).toHaveProperty('message', expect.stringContaining(message));
  expect(refused.at(-1)).toContain(`caller: ${message}`);
});

test('what the role allows is done, in a batch as well', async () => {
  const client = new SQSClient(clientOf('TheFunction'));
  const QueueUrl = queues.get('Allowed').options.url;
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'two' }] }));
  expect(
    queues
      .get('Allowed')
      .list()
      .map(({ body }) => body),
  ).toEqual(['one', 'two']);
});

test('other programs may do everything', async () => {
  const QueueUrl = queues.get('Forbidden').options.url;
  await new SQSClient(clientOf('someone')).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  expect(queues.get('Forbidden').list()).toHaveLength(1);
});
