import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { startDynamoDb } from '#local/dynamodb/dynamodb';
import { findJava } from '#local/dynamodb/java';
import { eventually } from '#test/local/eventually';

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };

test('tables in a data folder are there again after a restart', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mqtt-sessions-'));
  const first = await startDynamoDb({ dataDirectory });
  await new DynamoDBClient({ endpoint: first.endpoint, region: 'eu-west-1', credentials }).send(
    new CreateTableCommand({
      TableName: 'Kept',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await first.stop();
  await expect(fetch(first.endpoint)).rejects.toThrow();

  const second = await startDynamoDb({ dataDirectory });
  const elsewhere = new DynamoDBClient({
    endpoint: second.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'other', secretAccessKey: 'other' },
  });
  expect((await elsewhere.send(new ListTablesCommand({}))).TableNames).toEqual(['Kept']);
  await second.stop();
  await rm(dataDirectory, { recursive: true });
});

test('DynamoDB Local ends with its parent, even when that is killed', async () => {
  const program = fileURLToPath(new URL('./start-and-wait.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const endpoint = printed.toString().trim();
  expect((await fetch(endpoint)).status).toBe(400);

  parent.kill('SIGKILL');

  await eventually(() => expect(fetch(endpoint)).rejects.toThrow());
});

test('a port in use is said in one sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await expect(startDynamoDb({ port })).rejects.toThrow(`Port ${port} for DynamoDB Local is in use.`);
  server.close();
});

test('a missing Java is said, and what to do', async () => {
  await expect(findJava({ PATH: '/nowhere' })).rejects.toThrow(/needs Java 17 or later.*install it/);
});
