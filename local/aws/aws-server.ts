import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { DynamoDbProxy } from '#local/dynamodb/dynamodb-proxy';
import type { EventBuses } from '#local/events/event-buses';
import type { Gate } from '#local/iam/gate';
import type { Functions } from '#local/lambda/functions';
import { handleInvoke } from '#local/lambda/invoke-api';
import { listen } from '#local/listen';
import type { SqsApi } from '#local/sqs/sqs-api';
import { AwsApiError, readBody, send, sendError, sendJson } from './http.ts';

export interface AwsServices {
  readonly sqs: SqsApi;
  readonly events: EventBuses;
  readonly functions: Functions;
  readonly dynamoDb: DynamoDbProxy;
  /** Refuses what roles do not allow; without it everyone may do everything. */
  readonly gate?: Gate;
  /** The data plane of AWS IoT Core; false if the request is not for it. */
  readonly iotDataPlane: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}

/** All AWS services of the local cloud on one port, told apart by header and path. */
export class AwsServer {
  private readonly server: Server;
  private services: AwsServices | undefined;

  constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
    // The SDKs keep connections open; a long poll may take 20 s.
    this.server.keepAliveTimeout = 60_000;
  }

  /** Opens the port first: addresses of queues hold it. */
  listen(port: number): Promise<number> {
    return listen(this.server, port, '--aws-port');
  }

  serve(services: AwsServices): void {
    this.services = services;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (this.services === undefined) throw new AwsApiError(503, 'ServiceUnavailable', 'Still starting');
      await route(this.services, request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else if (error instanceof AwsApiError) sendError(response, error);
      else sendError(response, new AwsApiError(500, 'InternalFailure', String(error)));
    }
  }
}

async function route(
  services: AwsServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [service = '', operation = ''] = target.split('.');
    const received = await readBody(request);
    services.gate?.check(request, received);
    if (service.startsWith('DynamoDB')) {
      return services.dynamoDb.handle(target, request, received, response);
    }
    const body = readJson(received);
    if (service === 'AmazonSQS') return sendJson(response, 200, await services.sqs.handle(operation, body));
    if (service === 'AWSEvents') return sendJson(response, 200, services.events.handle(operation, body));
    throw unknownOperation(target);
  }
  services.gate?.check(request);
  if (request.method === 'GET' && request.url === '/_local/events') {
    return send(response, 200, JSON.stringify(services.events.all(), null, 2), {
      'content-type': 'application/json',
    });
  }
  if (await handleInvoke(services.functions, request, response)) return;
  if (await services.iotDataPlane(request, response)) return;
  throw unknownOperation(`${request.method} ${request.url}`);
}

function readJson(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString());
  } catch {
    throw new AwsApiError(400, 'SerializationException', 'The body is not JSON');
  }
}

function unknownOperation(what: string): AwsApiError {
  return new AwsApiError(
    404,
    'UnknownOperationException',
    `The local cloud does not know ${what}; it has SQS, EventBridge, DynamoDB, Lambda Invoke and the IoT data plane`,
  );
}
