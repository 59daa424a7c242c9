import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamoDb, startDynamoDb } from '#local/dynamodb/dynamodb';
import { SHARED_DYNAMODB } from './store/dynamodb/shared-dynamodb.ts';

/**
 * One folder for temporary files for the whole run, and one DynamoDB Local: a start takes seconds of processor time,
 * and one that has run for a while answers sooner. It starts when the first test file asks for it; most need none.
 */
export async function setup(): Promise<() => Promise<void>> {
  let started: Promise<DynamoDb> | undefined;
  const server = createServer((_, response) => {
    started ??= startDynamoDb();
    started.then(
      ({ endpoint }) => response.end(endpoint),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // What the CDK, browsers and killed processes leave in the folder for temporary files goes with the run.
  const folder = await mkdtemp(join(tmpdir(), 'tests-'));
  process.env['TMPDIR'] = folder;
  // Workers get the environment of this process.
  process.env[SHARED_DYNAMODB] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    server.close();
    const dynamoDb = await started?.catch(() => undefined);
    await dynamoDb?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
