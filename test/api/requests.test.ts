import { expect, test } from 'vitest';
import { createApi } from '#api/app';
import { cursorsOf } from '#api/cursor';
import { ROUTES } from '#api/routes/index';
import { StoreRefusedError, StoreThrottledError } from '#store/errors';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { apiDependencies, asker } from './api-on-tables.ts';

const dependencies = apiDependencies(memoryTables());
const ask = asker(dependencies);

test('every operation of the document is answered by a handler', () => {
  const answered = new Set(createApi(dependencies).routes.map(({ method, path }) => `${method} ${path}`));
  const missing = ROUTES.map((route) => `${route.method.toUpperCase()} ${route.getRoutingPath()}`);
  expect(missing.filter((each) => !answered.has(each))).toEqual([]);
});

test('/openapi.json is the document, for tools that read it', async () => {
  const { status, body, headers } = await ask('/openapi.json');
  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/sessions': {} } });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
});

test('every answer is for this caller alone and is taken for what it says to be', async () => {
  for (const path of ['/stats', '/nowhere', '/sessions?limit=0']) {
    const { headers } = await ask(path);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('a caller for whom nobody vouches is told nothing', async () => {
  const api = createApi(dependencies);
  for (const path of ['/stats', '/openapi.json', '/nowhere']) {
    const response = await api.request(path, {}, {});
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'access.denied' });
  }
});

test.each([
  ['/sessions?limit=0', 'limit'],
  ['/sessions?limit=101', 'limit'],
  ['/sessions?limit=ten', 'limit'],
  ['/sessions?limit=5&limit=6', 'limit'],
  ['/sessions?status=away', 'status'],
  ['/sessions?expiresBefore=tomorrow', 'expiresBefore'],
  ['/sessions?expiresBefore=2026-11-25', 'expiresBefore'],
  ['/sessions?colour=red', 'colour'],
  ['/stats?x=1', 'x'],
  ['/stats/points?hours=169', 'hours'],
  ['/sessions/a?waitingCap=10001', 'waitingCap'],
  ['/sessions/a/messages?payload=yes', 'payload'],
  ['/sessions/a/trace', ''],
  ['/sessions/a/trace?topic=a%2F%23', 'topic'],
  ['/sessions/~', 'clientId'],
  ['/sessions/~YQ==', 'clientId'],
  ['/sessions/~_w', 'clientId'],
  [`/sessions/${'a'.repeat(1001)}`, 'clientId'],
  ['/topics/a%2F%2B/subscribers', 'topic'],
])('%s is refused, with where it is wrong', async (path, field) => {
  const { status, body, headers } = await ask(path);
  expect(status).toBe(400);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ code: 'request.invalid', status: 400, errors: [{ field }] });
});

const PATCHED = ['/sessions/a', 'PATCH'] as const;

test.each([
  ['/sessions?limit=0', 'GET', undefined, 'query limit: "0" came; allowed: at least 1'],
  ['/sessions?limit=5&limit=6', 'GET', undefined, "query limit: [ '5', '6' ] came; allowed: one text"],
  [
    '/sessions?status=away',
    'GET',
    undefined,
    'query status: "away" came; allowed: "connected" or "disconnected"',
  ],
  [
    '/sessions?expiresBefore=tomorrow',
    'GET',
    undefined,
    'query expiresBefore: "tomorrow" came; allowed: a time in UTC such as 2026-11-25T16:40:00Z',
  ],
  [
    '/sessions?colour=red',
    'GET',
    undefined,
    'query colour: "colour" came; allowed: what /openapi.json names for this operation',
  ],
  [...PATCHED, {}, 'body /sessionExpiryInterval: nothing came; allowed: a number'],
  [...PATCHED, { sessionExpiryInterval: -1 }, 'body /sessionExpiryInterval: -1 came; allowed: at least 0'],
  [
    ...PATCHED,
    { sessionExpiryInterval: 1.5 },
    'body /sessionExpiryInterval: 1.5 came; allowed: a whole number',
  ],
  [
    '/sessions/a',
    'PUT',
    { sessionExpiryInterval: 1, subscriptions: [{ filter: 'a', qos: 3 }] },
    'body /subscriptions/0/qos: 3 came; allowed: 0 or 1 or 2',
  ],
])('%s %s %j says what came and what is allowed', async (path, method, body, detail) => {
  const init = { method, headers: { 'content-type': 'application/json' } };
  const answer = await ask(path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'request.invalid', detail });
});

test.each([
  ['in a body', 'PATCH', '/sessions/a', { sessionExpiryInterval: 60, ['\n/~'.repeat(10_000)]: 1 }],
  ['in a query', 'GET', `/sessions?${'x'.repeat(6_000)}=1`, undefined],
])('a name that is not known is not told at any length %s', async (_, method, path, body) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(
    path,
    body === undefined ? { method } : { method, headers, body: JSON.stringify(body) },
  );
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body).length).toBeLessThan(2_000);
  expect(answer.body).toMatchObject({ detail: expect.stringContaining('openapi.json') });
});

test('a session that its device could never reach is refused before it is made', async () => {
  const init = {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessionExpiryInterval: 60, subscriptions: [] }),
  };
  for (const clientId of ['x'.repeat(129), 'a#b', '+', '$a']) {
    const { status, body } = await ask(`/sessions/${encodeURIComponent(clientId)}`, init);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ in: 'path', field: 'clientId' }] });
    expect(await dependencies.sessions.get(clientId)).toBeUndefined();
  }
});

test.each([
  [0, 201],
  [2, 201],
  [3, 409],
])(
  'a session that has ended %i times before it could be told of is answered with %i',
  async (times, status) => {
    let left = times;
    const get: typeof dependencies.sessions.get = async (clientId) => {
      left -= 1;
      return left >= 0 ? undefined : dependencies.sessions.get(clientId);
    };
    const short = asker({ ...dependencies, sessions: { ...dependencies.sessions, get } });
    const body = JSON.stringify({ sessionExpiryInterval: 60, subscriptions: [] });
    const headers = { 'content-type': 'application/json' };
    const answer = await short(`/sessions/short-${times}`, { method: 'PUT', headers, body });
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body).toMatchObject({ code: 'session.contended' });
  },
);

test.each(['nonsense', '{}', '7', '{"filter":"a","after":7}'])(
  'a cursor of subscribers that its caller has made of %s is refused',
  async (key) => {
    const cursor = cursorsOf('listSubscribers', { topic: 'a' }).encode(key);
    const { status, body } = await ask(`/topics/a/subscribers?cursor=${cursor}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'cursor.invalid' });
  },
);

test.each([
  '/sessions?cursor=AAAA',
  '/sessions/a/history?cursor=AAAAAAAAAAAAAAAA',
  '/filters?cursor=_',
  '/topics/a/subscribers?cursor=Zm9yZWlnbg',
  '/advice?cursor=0',
])('%s: a cursor that is none is refused', async (path) => {
  const { status, body } = await ask(path);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'cursor.invalid' });
});

test('what there is not, is not found', async () => {
  for (const path of ['/', '/session', '/sessions/', '/sessions/a/b/c', '/stats/']) {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'route.notFound' });
  }
});

test('a path says which methods it takes', async () => {
  const refused = await ask('/stats', { method: 'POST' });
  expect(refused.status).toBe(405);
  expect(refused.headers.get('allow')).toBe('GET, HEAD');
  expect(refused.body).toMatchObject({ code: 'method.notAllowed' });
  // The HTTP API in front answers it, or has no route for it.
  const options = await ask('/sessions/a/messages', { method: 'OPTIONS' });
  expect(options.status).toBe(405);
  expect(options.headers.get('allow')).toBe('DELETE, GET, HEAD');
});

test('HEAD is GET without the body', async () => {
  const { status, body, headers } = await ask('/stats', { method: 'HEAD' });
  expect(status).toBe(200);
  expect(body).toBeUndefined();
  expect(headers.get('content-type')).toMatch(/^application\/json/);
});

test('a store that is busy is to be asked again, and one that fails says nothing of itself', async () => {
  const failing = (error: Error) =>
    asker({ ...dependencies, sessions: { ...dependencies.sessions, get: () => Promise.reject(error) } });
  const busy = await failing(new StoreThrottledError('throttled'))('/sessions/a');
  expect(busy.status).toBe(503);
  expect(busy.headers.get('retry-after')).toBe('1');
  expect(busy.body).toMatchObject({ code: 'service.busy' });
  const failed = await failing(new StoreRefusedError('a secret'))('/sessions/a');
  expect(failed.status).toBe(500);
  expect(failed.body).toMatchObject({ code: 'service.failed' });
  expect(JSON.stringify(failed.body)).not.toContain('secret');
});
