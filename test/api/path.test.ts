import { expect, test } from 'vitest';
import { actorOf, type GatewayEvent, requestOf } from '#api/gateway-event';
import { pathText } from '#api/path-text';
import { escapedPath } from '#api/request-path';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { exampleSession } from '#test/store/sessions/example-sessions';
import { apiDependencies, asker } from './api-on-tables.ts';

/** A minute before the sessions of this file end. */
const clock = () => (exampleSession('').endsAtMs ?? 0) - 60_000;
const policies = [{ sessionExpiryInterval: 86_400 }];
const dependencies = apiDependencies(memoryTables(), { clock, policies });
const ask = asker(dependencies);

/** What an HTTP API makes of a path: decoded once, and cut at a `?`. */
const throughHttpApi = (path: string) => escapedPath(decodeURIComponent(path).split('?')[0] ?? '');

const IDENTIFIERS = [
  'meter-7',
  'a/b',
  '/',
  '//x//',
  'a?b=c&d',
  'a#b',
  '50%',
  '%2F',
  'a%2Fb',
  'a b',
  '.',
  '..',
  '~',
  '~YQ',
  'messages',
  'a/messages',
  'sessions/a/history',
  'gerät-7',
  '\u{1f600}',
  'a\u0000b',
  'a\nb',
  '<script>alert(1)</script>',
  'x'.repeat(128),
  'é'.repeat(64),
];

test.each(IDENTIFIERS)(
  'the client identifier %j, as one segment of a path, arrives as it is',
  async (clientId) => {
    const path = throughHttpApi(`/sessions/${pathText(clientId)}/trace`);
    const { status, body } = await ask(`${path}?topic=t`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ clientId, verdict: 'noSession' });
  },
);

test.each(IDENTIFIERS.filter((each) => !/[?~]|^\.+$|\/(messages|history)$/.test(each)))(
  'the client identifier %j may be percent-encoded',
  async (clientId) => {
    const path = throughHttpApi(`/sessions/${encodeURIComponent(clientId)}/trace`);
    expect((await ask(`${path}?topic=t`)).body).toMatchObject({ clientId });
    const direct = await ask(`/sessions/${encodeURIComponent(clientId)}/trace?topic=t`);
    expect(direct.body).toMatchObject({ clientId });
  },
);

test.each(['a', 'a/b', '/', '$SYS/x', 'a//b ', 'ä/ö'])('so does the topic %j', async (topic) => {
  const path = throughHttpApi(`/topics/${encodeURIComponent(topic)}/subscribers`);
  expect((await ask(path)).body).toEqual({ topic, subscribers: [] });
});

const FILTERS = ['a', '+', '#', 'a/+/#', '$share/g/a/#', 'a//', 'a/messages', 'a/subscriptions/b', 'ä ö'];
const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"qos":1}' };

/** Each client has a session that is away. */
async function subscribe(clientId: string, path: string): Promise<unknown> {
  await dependencies.acts.sessions.write(exampleSession(clientId), undefined);
  await ask(path, put);
  const held = await dependencies.subscriptions.list(clientId);
  return held.map(({ filter }) => filter);
}

test.each(IDENTIFIERS.map((clientId, index) => [clientId, FILTERS[index % FILTERS.length] ?? 'a'] as const))(
  'the client identifier %j and the filter %j, as segments of one path, arrive as they are',
  async (clientId, filter) => {
    const path = throughHttpApi(`/sessions/${pathText(clientId)}/subscriptions/${pathText(filter)}`);
    expect(await subscribe(clientId, path)).toEqual([filter]);
  },
);

test.each(FILTERS)('the filter %j may be percent-encoded', async (filter) => {
  const clientId = `a/client of ${filter}`.replaceAll('/subscriptions/', '');
  const path = `/sessions/${encodeURIComponent(clientId)}/subscriptions/${encodeURIComponent(filter)}`;
  expect(await subscribe(clientId, throughHttpApi(path))).toEqual([filter]);
  const other = `${clientId}, asked directly`;
  const direct = `/sessions/${encodeURIComponent(other)}/subscriptions/${encodeURIComponent(filter)}`;
  expect(await subscribe(other, direct)).toEqual([filter]);
});

test('what the service has named itself arrives too', async () => {
  await dependencies.statistics.putOperation(
    {
      operationId: 'operation-7',
      revision: 1,
      status: 'running',
      examined: 0,
      ended: 0,
      startedAtMs: 0,
      actor: 'operator',
      request: {},
    },
    undefined,
  );
  expect((await ask(throughHttpApi('/operations/operation-7'))).status).toBe(200);
  const redriven = await ask(throughHttpApi('/dead-letters/letter-1/redrive'), { method: 'POST' });
  expect(redriven.status).toBe(202);
});

test.each([
  ['/sessions', '/sessions'],
  ['/sessions:endIdle', '/sessions:endIdle'],
  ['/stats/points', '/stats/points'],
  ['/a b?c', '/a%20b%3Fc'],
  ['/', '/'],
])('the path %s is asked for as %s', (decoded, path) => {
  expect(escapedPath(decoded)).toBe(path);
});

test('a stage with a name is no part of the path', () => {
  expect(escapedPath('/ops/sessions/a', 'ops')).toBe(`/sessions/~${Buffer.from('a').toString('base64url')}`);
});

const event = (more: Partial<GatewayEvent['requestContext']> = {}): GatewayEvent => ({
  rawPath: '/sessions/a/messages',
  rawQueryString: 'limit=5&cursor=%41',
  headers: { 'content-type': 'application/json', 'if-none-match': '*', cookie: 'a=b' },
  requestContext: { http: { method: 'PATCH' }, ...more },
});

test('the request has the query as it came, the headers that mean something and the body', async () => {
  const request = requestOf({
    ...event(),
    body: Buffer.from('{"ä":1}').toString('base64'),
    isBase64Encoded: true,
  });
  expect(new URL(request.url).search).toBe('?limit=5&cursor=%41');
  expect(Object.fromEntries(request.headers)).toEqual({
    'content-type': 'application/json',
    'if-none-match': '*',
  });
  expect(await request.text()).toBe('{"ä":1}');
});

test('characters that no header holds do not fail the request', () => {
  const headers = { 'if-none-match': '\u20ac\n*' };
  expect(requestOf({ ...event(), headers }).headers.get('if-none-match')).toBe('??*');
});

test.each([
  [{ iam: { userArn: 'arn:aws:iam::1:user/operator' } }, 'arn:aws:iam::1:user/operator'],
  [{ jwt: { claims: { sub: 'operator' } } }, 'operator'],
  [{ iam: null, jwt: { claims: { sub: 7 } } }, undefined],
  [{}, undefined],
])('of %j the caller is %s', (authorizer, actor) => {
  expect(actorOf(event({ authorizer }))).toBe(actor);
  expect(actorOf(event())).toBeUndefined();
});
