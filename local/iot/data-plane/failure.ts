import { randomUUID } from 'node:crypto';

/** An operation's answer: JSON with status 200, or an error that the SDKs know by its type. */
export type Answer = { kind: 'done'; body?: object } | ({ kind: 'failed' } & Failure);

export interface Failure {
  status: number;
  errorType: string;
  message: string;
}

/** The service's error types, by HTTP status. */
const ERROR_TYPES = {
  400: 'InvalidRequestException',
  404: 'ResourceNotFoundException',
  405: 'MethodNotAllowedException',
  413: 'RequestEntityTooLargeException',
  429: 'ThrottlingException',
  504: 'GatewayTimeoutException',
} as const;

export function failed(status: keyof typeof ERROR_TYPES, message: string): Answer {
  return { kind: 'failed', status, errorType: ERROR_TYPES[status], message };
}

export function done(body?: object): Answer {
  return { kind: 'done', ...(body !== undefined && { body }) };
}

/** Status, headers and body of an answer. */
export function rendered(answer: Answer): { status: number; headers: Record<string, string>; body: string } {
  const traceId = randomUUID();
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': traceId };
  if (answer.kind === 'done') {
    return { status: 200, headers, body: answer.body === undefined ? '' : JSON.stringify(answer.body) };
  }
  const { status, errorType, message } = answer;
  return {
    status,
    headers: { ...headers, 'x-amzn-errortype': errorType },
    body: JSON.stringify({ message, traceId }),
  };
}
