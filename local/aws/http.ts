import type { IncomingMessage, ServerResponse } from 'node:http';

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function send(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** The protocol of SQS, EventBridge and DynamoDB: the operation stands in a header, all else in JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, JSON.stringify(body), { 'content-type': 'application/x-amz-json-1.0', ...headers });
}

/** A refusal as the SDKs read it: the name of the exception and why. */
export class AwsApiError extends Error {
  override readonly name = 'AwsApiError';
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, type: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.headers = headers;
  }
}

export function sendError(response: ServerResponse, error: AwsApiError): void {
  const name = error.type.slice(error.type.indexOf('#') + 1);
  sendJson(
    response,
    error.status,
    { __type: error.type, message: error.message, Message: error.message },
    { 'x-amzn-errortype': name, ...error.headers },
  );
}
