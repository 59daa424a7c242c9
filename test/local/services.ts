import { fileURLToPath } from 'node:url';
import { AwsServer } from '#local/aws/aws-server';
import { DynamoDbProxy } from '#local/dynamodb/dynamodb-proxy';
import { EventBuses } from '#local/events/event-buses';
import { Functions } from '#local/lambda/functions';
import { LambdaFunction } from '#local/lambda/lambda-function';
import { Queue } from '#local/sqs/queue';
import { Queues } from '#local/sqs/queues';
import { SqsApi } from '#local/sqs/sqs-api';
import { LOCAL_ENVIRONMENT } from '#local/template/template';

/** For SDK clients: DynamoDB Local and the local cloud take any. */
export const CLIENT = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
} as const;

/** The AWS services without a stack, on a free port. */
export async function startServices(options: { dynamoDb?: string; retryDelaysSeconds?: number[] } = {}) {
  const server = new AwsServer();
  const url = `http://127.0.0.1:${await server.listen(0)}`;
  const functions = new Functions(options.retryDelaysSeconds ?? [0.01, 0.02]);
  const queues = new Queues();
  const events = new EventBuses();
  events.add('Events');
  const dynamoDb = new DynamoDbProxy({ endpoint: options.dynamoDb ?? 'http://127.0.0.1:1' });
  server.serve({
    sqs: new SqsApi(queues, { environment: LOCAL_ENVIRONMENT, awsUrl: url }),
    events,
    functions,
    dynamoDb,
    iotDataPlane: async () => false,
  });
  const stop = async () => {
    await functions.stop();
    dynamoDb.stop();
    await server.stop();
  };
  return { url, functions, queues, events, stop, client: { ...CLIENT, endpoint: url } };
}

export function fixtureFunction(
  name: string,
  options: {
    timeoutSeconds?: number;
    concurrency?: number;
    exportName?: string;
    file?: string;
    environment?: Record<string, string>;
  } = {},
) {
  return new LambdaFunction(
    {
      name,
      arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      file: options.file ?? fileURLToPath(new URL('./fixtures/handlers.mjs', import.meta.url)),
      exportName: options.exportName ?? 'handler',
      environment: { GREETING: 'hello', AWS_REGION: 'us-east-1', ...options.environment },
      timeoutSeconds: options.timeoutSeconds ?? 5,
      memoryMegabytes: 128,
      logGroupName: `/aws/lambda/${name}`,
    },
    { concurrency: options.concurrency ?? 4 },
  );
}

export function fixtureQueue(
  name: string,
  url: string,
  options: Partial<ConstructorParameters<typeof Queue>[0]> = {},
) {
  return new Queue({
    name,
    arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    url: `${url}/000000000000/${name}`,
    delaySeconds: 0,
    visibilityTimeoutSeconds: 30,
    ...options,
  });
}
