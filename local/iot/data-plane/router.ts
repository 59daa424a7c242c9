import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '#local/aws/http';
import type { Broker } from '../broker.ts';
import { deleteConnection, getConnection, listSubscriptions } from './connection.ts';
import { sendDirectMessage } from './direct-message.ts';
import { type Answer, failed, rendered } from './failure.ts';
import { publish } from './publish.ts';
import type { DataPlaneRequest } from './request.ts';
import { getRetainedMessage, listRetainedMessages } from './retained.ts';

interface Route {
  operation: string;
  method: string;
  /** On the path as it came: labels may contain `/` as %2F, which must not be seen as a separator. */
  path: RegExp;
  handle(broker: Broker, request: DataPlaneRequest): Answer | Promise<Answer>;
}

const ROUTES: readonly Route[] = [
  { operation: 'Publish', method: 'POST', path: /^\/topics\/(.+)$/, handle: publish },
  {
    operation: 'SendDirectMessage',
    method: 'POST',
    path: /^\/connections\/([^/]+)\/messages$/,
    handle: sendDirectMessage,
  },
  {
    operation: 'ListSubscriptions',
    method: 'GET',
    path: /^\/connections\/([^/]+)\/subscriptions$/,
    handle: listSubscriptions,
  },
  { operation: 'GetConnection', method: 'GET', path: /^\/connections\/([^/]+)$/, handle: getConnection },
  {
    operation: 'DeleteConnection',
    method: 'DELETE',
    path: /^\/connections\/([^/]+)$/,
    handle: deleteConnection,
  },
  {
    operation: 'GetRetainedMessage',
    method: 'GET',
    path: /^\/retainedMessage\/(.+)$/,
    handle: getRetainedMessage,
  },
  {
    operation: 'ListRetainedMessages',
    method: 'GET',
    path: /^\/retainedMessage\/?$/,
    handle: listRetainedMessages,
  },
];

/** The operation that a request asks for and its label; undefined if it asks for none. */
export function routeOf(
  method: string,
  url: string,
): { readonly operation: string; readonly label: string | undefined } | undefined {
  const [path] = splitOnce(url, '?');
  const route = ROUTES.find((candidate) => candidate.method === method && candidate.path.test(path));
  return route && { operation: route.operation, label: labelOf(route, path) };
}

/** Answers a request, or comes back with false if no path of the data plane fits. */
export async function handleDataPlaneRequest(
  broker: Broker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [path = '', queryText = ''] = splitOnce(request.url ?? '', '?');
  const routes = ROUTES.filter((candidate) => candidate.path.test(path));
  if (routes.length === 0) return false;
  // Also of one that is larger than allowed: whoever sends it is to see the answer.
  const body = await readBody(request);
  const route = routes.find(({ method }) => method === request.method);
  const answer =
    route === undefined
      ? failed(405, `${request.method} is not allowed on ${path}`)
      : await answerOf(broker, route, path, {
          query: new URLSearchParams(queryText),
          headers: request.headers,
          body,
        });
  const { status, headers, body: text } = rendered(answer);
  response.writeHead(status, headers).end(text);
  return true;
}

async function answerOf(
  broker: Broker,
  route: Route,
  path: string,
  request: Omit<DataPlaneRequest, 'label'>,
): Promise<Answer> {
  const label = labelOf(route, path);
  if (label === undefined) return failed(400, `The path ${path} is not percent-encoded UTF-8`);
  const clientId = path.startsWith('/connections/') ? label : '';
  const failure = broker.disturber.failure(route.operation, clientId);
  if (failure !== undefined) return { kind: 'failed', ...failure };
  return route.handle(broker, { ...request, label });
}

function labelOf(route: Route, path: string): string | undefined {
  return decoded(route.path.exec(path)?.[1] ?? '');
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function decoded(label: string): string | undefined {
  try {
    return decodeURIComponent(label);
  } catch {
    return undefined;
  }
}
