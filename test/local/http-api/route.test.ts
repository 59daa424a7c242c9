import { expect, test } from 'vitest';
import { queryParameters, readTarget } from '#local/http-api/request-target';
import { matchRoute, type Route } from '#local/http-api/route';

const routes = (...keys: readonly string[]): Route[] =>
  keys.map((routeKey) => ({
    routeKey,
    functionArn: '',
    timeoutMs: 0,
    authorization: { type: 'NONE' },
  }));

/* The example in "Create routes for HTTP APIs" of the API Gateway guide. */
const DOCUMENTED = routes(
  '$default',
  'ANY /{proxy+}',
  'GET /pets/{proxy+}',
  'GET /pets/dog/{id}',
  'GET /pets/dog/1',
);

test.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
  ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
  ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
  ['GET', '/', '$default', {}],
  ['GET', '/pets/dog/2/', 'GET /pets/{proxy+}', { proxy: 'dog/2/' }],
])('%s %s goes to %s', (method, path, routeKey, pathParameters) => {
  const match = matchRoute(DOCUMENTED, method, path);
  expect([match?.route.routeKey, match?.pathParameters]).toEqual([routeKey, pathParameters]);
});

test('the method itself goes before ANY', () => {
  const match = matchRoute(routes('ANY /a', 'GET /a'), 'GET', '/a');
  expect(match?.route.routeKey).toBe('GET /a');
});

test.each([
  ['POST', '/a'],
  ['GET', '/b'],
  ['GET', '/a/b'],
  ['GET', '/'],
])('%s %s has no route', (method, path) => {
  expect(matchRoute(routes('GET /a', 'GET /c/{id}'), method, path)).toBeUndefined();
});

test.each([
  ['/sessions/a%2Fb', '/sessions/a/b', ''],
  ['/sessions/a%252Fb', '/sessions/a%2Fb', ''],
  ['/sessions/%C3%A4%20b?limit=1', '/sessions/ä b', 'limit=1'],
  ['/sessions/a%3Fb?limit=1', '/sessions/a', 'limit=1'],
  ['/sessions?cursor=%3D%26', '/sessions', 'cursor=%3D%26'],
])('%s is path %s and query %s', (url, rawPath, rawQueryString) => {
  expect(readTarget(url)).toEqual({ rawPath, rawQueryString });
});

test('a path that is no text is none', () => {
  expect(readTarget('/sessions/%FF')).toBeUndefined();
});

test('parameters are decoded, and those that come twice are joined', () => {
  expect(queryParameters('a=1&b=x%20y&a=2')).toEqual({ a: '1,2', b: 'x y' });
  expect(queryParameters('')).toBeUndefined();
});
