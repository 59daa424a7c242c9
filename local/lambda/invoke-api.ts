import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsApiError, readBody, send } from '#local/aws/http';
import type { Functions } from './functions.ts';
import { payloadOf } from './invocation.ts';

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

/** Lambda gives the end of the log, at most this much. */
const LOG_TAIL_BYTES = 4096;

/** The name or ARN of the function that a request invokes; undefined if it invokes none. */
export function invokedFunction(method: string, url: string): string | undefined {
  const encoded = INVOCATIONS.exec(url.split('?')[0] ?? '')?.[1];
  return encoded === undefined || method !== 'POST' ? undefined : decodeURIComponent(encoded);
}

/** Answers Lambda's Invoke; false if the request asks for something else. */
export async function handleInvoke(
  functions: Functions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const named = invokedFunction(request.method ?? '', request.url ?? '');
  if (named === undefined) return false;
  const target = functions.find(named);
  if (target === undefined) {
    const known = functions.names().join(', ');
    throw new AwsApiError(
      404,
      'ResourceNotFoundException',
      `Function not found: ${named}; there are ${known}`,
    );
  }
  const event = parseEvent(await readBody(request));
  const requestId = randomUUID();
  const headers = { 'x-amzn-requestid': requestId, 'x-amz-executed-version': '$LATEST' };

  switch (request.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
    case 'DryRun':
      send(response, 204, '', headers);
      return true;
    case 'Event':
      functions.invokeLater(named, event, requestId);
      send(response, 202, '', headers);
      return true;
    case 'RequestResponse': {
      const outcome = await target.invoke(event, requestId);
      send(response, 200, payloadOf(outcome), {
        ...headers,
        'content-type': 'application/json',
        ...(outcome.succeeded ? {} : { 'x-amz-function-error': 'Unhandled' }),
        ...(request.headers['x-amz-log-type'] === 'Tail' ? { 'x-amz-log-result': tailOf(outcome.log) } : {}),
      });
      return true;
    }
    default:
      throw new AwsApiError(
        400,
        'InvalidParameterValueException',
        `Invocation type ${String(request.headers['x-amz-invocation-type'])} came; allowed: RequestResponse, Event, DryRun`,
      );
  }
}

function tailOf(log: string): string {
  return Buffer.from(log).subarray(-LOG_TAIL_BYTES).toString('base64');
}

function parseEvent(body: Buffer): string {
  const event = body.length === 0 ? '{}' : body.toString();
  try {
    JSON.parse(event);
    return event;
  } catch {
    throw new AwsApiError(
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json: the event must be JSON',
    );
  }
}
