import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalServer } from '#local/web/local-server';
import { echoApi } from './echo-api.ts';

const ORIGIN = 'https://fleet.example';
const TIMEOUT_MS = 500;
const { api, echo } = echoApi({
  cors: {
    allowOrigins: [ORIGIN],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization'],
    exposeHeaders: ['location'],
    allowCredentials: false,
    maxAgeSeconds: 3600,
  },
});
for (const routeKey of ['GET /{proxy+}', 'HEAD /{proxy+}', 'POST /{proxy+}']) {
  api.addRoute({ routeKey, functionArn: 'echo', timeoutMs: TIMEOUT_MS, authorization: { type: 'NONE' } });
}
let server: LocalServer;

interface ReceivedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: object;
}

beforeAll(async () => {
  server = await LocalServer.start(0, '--api-port', (request, response) => api.handle(request, response));
});

afterAll(async () => {
  await server.stop();
  await echo.stop();
});

const call = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
const told = (body: object) =>
  call('/told', {
    method: 'POST',
    headers: { 'x-told': 'yes', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('the function gets the event of format 2.0, with the fields of the documentation', async () => {
  const answer = await call('/sessions/a%20b?limit=2&limit=3&prefix=x%2Fy', {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      cookie: 'one=1; two=2',
      'user-agent': 'test',
      'X-Mixed-Case': 'Value',
    },
    body: '{"ä":1}',
  });
  const event = (await answer.json()) as ReceivedEvent;
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'POST /{proxy+}',
    rawPath: '/sessions/a b',
    rawQueryString: 'limit=2&limit=3&prefix=x%2Fy',
    cookies: ['one=1', 'two=2'],
    headers: expect.objectContaining({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'test',
      'x-mixed-case': 'Value',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      host: expect.any(String),
    }),
    queryStringParameters: { limit: '2,3', prefix: 'x/y' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'abcdef1234',
      domainName: 'abcdef1234.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abcdef1234',
      http: {
        method: 'POST',
        path: '/sessions/a b',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: answer.headers.get('apigw-requestid'),
      routeKey: 'POST /{proxy+}',
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    pathParameters: { proxy: 'sessions/a b' },
    body: '{"ä":1}',
    isBase64Encoded: false,
  });
  expect(Object.keys(event.headers)).not.toContain('cookie');
});

test('what is not there is left out of the event', async () => {
  const event = (await (await call('/sessions')).json()) as ReceivedEvent;
  for (const field of ['body', 'cookies', 'queryStringParameters', 'stageVariables']) {
    expect(event).not.toHaveProperty(field);
  }
  expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
  expect(event.requestContext).not.toHaveProperty('authorizer');
});

test('a body of another type comes in base64', async () => {
  const answer = await call('/sessions', { method: 'POST', body: new Uint8Array([0, 255]) });
  expect(await answer.json()).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
});

test('the answer has the status, the headers and the cookies that the function says', async () => {
  const answer = await told({
    return: {
      statusCode: 201,
      headers: { 'X-One': '1', location: '/x' },
      cookies: ['a=1', 'b=2'],
      body: 'aGVsbG8=',
      isBase64Encoded: true,
    },
  });
  expect(answer.status).toBe(201);
  expect([answer.headers.get('x-one'), answer.headers.getSetCookie()]).toEqual(['1', ['a=1', 'b=2']]);
  expect(await answer.text()).toBe('hello');
});

test('what has no status is the body itself', async () => {
  const answer = await told({ return: { plain: true } });
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect([answer.status, await answer.json()]).toEqual([200, { plain: true }]);
});

test('a HEAD request gets the headers alone', async () => {
  const answer = await call('/sessions', { method: 'HEAD' });
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
  expect(await answer.text()).toBe('');
});

test.each([
  ['a method without a route', () => call('/sessions', { method: 'DELETE' }), 404, 'Not Found'],
  ['OPTIONS that is no preflight request', () => call('/sessions', { method: 'OPTIONS' }), 404, 'Not Found'],
  ['the root, which no variable stands for', () => call('/'), 404, 'Not Found'],
  ['a path that is no text', () => call('/%FF'), 400, 'Bad Request'],
  ['a function that fails', () => told({ fail: 'no' }), 500, 'Internal Server Error'],
  ['an answer without a form', () => told({ return: { statusCode: 'x' } }), 500, 'Internal Server Error'],
  ['an answer over 6 MB', () => told({ return: 'x'.repeat(6_300_000) }), 500, 'Internal Server Error'],
  ['a function that is too slow', () => told({ sleepMs: 2 * TIMEOUT_MS }), 503, 'Service Unavailable'],
  [
    'headers over 10,240 bytes',
    () => call('/sessions', { headers: { 'x-long': 'x'.repeat(10_240) } }),
    431,
    'Request Header Fields Too Large',
  ],
  [
    'a body over 10 MB',
    () => call('/sessions', { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) }),
    413,
    'Request Entity Too Large',
  ],
])('%s', async (_, ask, status, message) => {
  const answer = await ask();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/json']);
  expect(await answer.json()).toEqual({ message });
});

/** fetch() sets the headers of a preflight request itself. */
function preflight(origin: string, url = server.url) {
  return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }>((resolve) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    httpRequest(`${url}/sessions`, { method: 'OPTIONS', headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    }).end();
  });
}

test('a preflight request is answered without the function', async () => {
  const { status, headers } = await preflight(ORIGIN);
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'authorization',
    'access-control-max-age': '3600',
  });
  expect((await preflight('https://other.example')).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
});

test('a preflight request finds no route where CORS is not configured', async () => {
  const without = echoApi({ cors: undefined });
  without.api.addRoute({
    routeKey: 'GET /{proxy+}',
    functionArn: 'echo',
    timeoutMs: TIMEOUT_MS,
    authorization: { type: 'NONE' },
  });
  const other = await LocalServer.start(0, '--api-port', (...both) => without.api.handle(...both));
  try {
    expect(await preflight(ORIGIN, other.url)).toMatchObject({ status: 404 });
  } finally {
    await other.stop();
    await without.echo.stop();
  }
});

test('answers are for the allowed origin, whatever the function says of it', async () => {
  const from = async (origin: string) =>
    (await call('/sessions', { headers: { origin } })).headers.get('access-control-allow-origin');
  expect(await from(ORIGIN)).toBe(ORIGIN);
  expect(await from('https://other.example')).toBeNull();
});
