import { afterAll, beforeAll, expect, test } from 'vitest';
import { TokenVerifier } from '#local/http-api/json-web-token';
import { LocalServer } from '#local/web/local-server';
import { echoApi } from './echo-api.ts';
import { TokenIssuer } from './token-issuer.ts';

const { api, echo } = echoApi({ cors: undefined });
let issuer: TokenIssuer;
let server: LocalServer;

beforeAll(async () => {
  issuer = await TokenIssuer.start();
  api.addAuthorizer('tokens', new TokenVerifier({ issuer: issuer.url, audience: ['console'] }));
  for (const [method, scope] of [
    ['GET', 'look'],
    ['DELETE', 'act'],
  ]) {
    api.addRoute({
      routeKey: `${method} /{proxy+}`,
      functionArn: 'echo',
      timeoutMs: 5000,
      authorization: { type: 'JWT', authorizerId: 'tokens', scopes: [scope ?? ''] },
    });
  }
  server = await LocalServer.start(0, '', (request, response) => api.handle(request, response));
});

afterAll(async () => {
  await server?.stop();
  await issuer?.stop();
  await echo.stop();
});

const ask = (token: string, method = 'GET') =>
  fetch(`${server.url}/sessions`, { method, headers: { authorization: `Bearer ${token}` } });
const GOOD = { aud: 'console', scope: 'openid look' };

test('the claims of a token come to the function as text', async () => {
  const answer = await ask(issuer.token({ ...GOOD, groups: ['a', 'b'] }));
  expect(await answer.json()).toMatchObject({
    requestContext: {
      authorizer: {
        jwt: { claims: { sub: 'operator-1', iss: issuer.url, groups: '[a b]' }, scopes: ['look'] },
      },
    },
  });
});

test('without an audience the client of the token counts', async () => {
  expect((await ask(issuer.token({ client_id: 'console', scope: 'look' }))).status).toBe(200);
});

test('a token without the scope of the route is forbidden', async () => {
  const answer = await ask(issuer.token(GOOD), 'DELETE');
  expect([answer.status, await answer.json()]).toEqual([403, { message: 'Forbidden' }]);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer scope="act" error="insufficient_scope"');
});

const nowSeconds = () => Math.floor(Date.now() / 1000);

test.each<[string, () => string, string]>([
  ['another audience', () => issuer.token({ ...GOOD, aud: 'other' }), 'valid audience'],
  ['another issuer', () => issuer.token({ ...GOOD, iss: 'https://other.example' }), 'another issuer'],
  ['the past', () => issuer.token({ ...GOOD, exp: nowSeconds() - 1 }), 'expired'],
  ['the future', () => issuer.token({ ...GOOD, nbf: nowSeconds() + 60 }), 'the future'],
  ['an unknown key', () => issuer.token(GOOD, { alg: 'RS256', kid: 'two' }), 'no key'],
  ['no signature at all', () => issuer.token(GOOD, { alg: 'none', kid: 'one' }), 'none is not allowed'],
  ['a signature with a secret', () => issuer.token(GOOD, { alg: 'HS256', kid: 'one' }), 'not allowed'],
  [
    'other claims than were signed',
    () => {
      const [header, , signature] = issuer.token(GOOD).split('.');
      const [, claims] = issuer.token({ ...GOOD, sub: 'eve' }).split('.');
      return `${header}.${claims}.${signature}`;
    },
    'signature is wrong',
  ],
  ['no form', () => 'token', 'not a JWT'],
])('a token of %s is refused', async (_, token, problem) => {
  const answer = await ask(token());
  expect([answer.status, await answer.json()]).toEqual([401, { message: 'Unauthorized' }]);
  expect(answer.headers.get('www-authenticate')).toContain(problem);
});
