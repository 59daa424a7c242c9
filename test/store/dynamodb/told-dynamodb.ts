import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '#store/client';

let server: Server | undefined;

/** A DynamoDB that answers as it is told, for what the real one rarely says; one at a time. */
export async function clientOf(
  listener: RequestListener,
  options: object = {},
): Promise<DynamoDBDocumentClient> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  return localClient(port, options);
}

export function stopTold(): void {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
}

export function localClient(port: number, options: object = {}): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return createDocumentClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials,
    ...options,
  });
}

export const saying =
  (status: number, body: object): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  };

export const refusing = (status: number, type: string, more: object = {}): RequestListener =>
  saying(status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'for the test', ...more });
