import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '#local/cloud';
import { synthesize } from '#local/template/synthesize';
import { eventually } from '#test/local/eventually';

let assemblyDirectory: string;
let open: Cloud;
let enforced: Cloud;

beforeAll(async () => {
  assemblyDirectory = await synthesize({
    configuration: {},
    app: fileURLToPath(new URL('../fixtures/web-app.ts', import.meta.url)),
  });
  const start = (options: Partial<CloudOptions>) =>
    startCloud({
      assemblyDirectory,
      apiCallers: {
        reader: ['SessionApiRead'],
        writer: ['SessionApiWrite'],
        nobody: [],
      },
      ...options,
    });
  open = await start({ schedulePeriodSeconds: 0.2 });
  enforced = await start({ apiAuthorization: 'enforced', dynamoDbEndpoint: open.endpoints.dynamodb });
});

afterAll(async () => {
  await enforced?.stop();
  await open?.stop();
});

const signedBy = (accessKeyId: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261125/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0`,
});
const ask = (cloud: Cloud, method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${cloud.endpoints.api}${path}`, { method, headers });

test.each([
  ['nobody', 'arn:aws:iam::000000000000:user/local-operator', {}],
  ['anybody', 'arn:aws:iam::000000000000:user/AKIAEXAMPLE', signedBy('AKIAEXAMPLE')],
  ['a known caller', 'arn:aws:sts::000000000000:assumed-role/reader/reader', signedBy('reader')],
])('a request by %s is that of %s', async (_, userArn, headers) => {
  const event = await (await ask(open, 'GET', '/sessions', headers)).json();
  expect(event).toHaveProperty('requestContext.authorizer', {
    iam: {
      accessKey: expect.any(String),
      accountId: '000000000000',
      callerId: expect.any(String),
      cognitoIdentity: null,
      principalOrgId: null,
      userArn,
      userId: expect.any(String),
    },
  });
});

const REQUESTS = [
  ['GET', '/sessions/a/b/history', true, false],
  ['HEAD', '/sessions', true, false],
  ['POST', '/sessions:previewExpiry', true, true],
  ['POST', '/sessions:endIdle', false, true],
  ['PUT', '/sessions/a', false, true],
  ['PATCH', '/sessions/a', false, true],
  ['DELETE', '/sessions/a', false, true],
] as const;

test.each(REQUESTS)('%s %s: a reader may: %s, a writer may: %s', async (method, path, reader, writer) => {
  const expected = { reader, writer, nobody: false };
  for (const cloud of [open, enforced]) {
    for (const [caller, may] of Object.entries(expected)) {
      const { status } = await ask(cloud, method, path, signedBy(caller));
      expect([caller, status]).toEqual([caller, may ? 200 : 403]);
    }
  }
});

test.each([
  ['without credentials', {}],
  ['with credentials that nobody knows', signedBy('AKIAEXAMPLE')],
])('where it is enforced, a request %s is refused as on AWS', async (_, headers) => {
  const answer = await ask(enforced, 'GET', '/sessions', headers);
  expect([answer.status, await answer.json()]).toEqual([403, { message: 'Forbidden' }]);
});

const page = (path: string, init?: RequestInit) => fetch(`${open.endpoints.console}${path}`, init);

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache', '<!doctype html>'],
  ['/index.html', 'text/html; charset=utf-8', 'no-cache', '<!doctype html>'],
  [
    '/assets/index-AbCd1234.js',
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
    'export const page',
  ],
  ['/config.json', 'application/json', 'no-cache', '{"apiUrl":"/api"}'],
])('the console answers %s with its type and how long to keep it', async (path, type, cache, start) => {
  const answer = await page(path);
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    type,
    cache,
  ]);
  expect(await answer.text()).toMatch(new RegExp(`^${start.replaceAll(/[{}]/g, String.raw`\$&`)}`));
});

test.each(['/', '/api/sessions', '/nothing'])('%s comes with the headers of CloudFront', async (path) => {
  const { headers } = await page(path);
  expect(headers.get('content-security-policy')).toContain("connect-src 'self' https://cognito-idp.");
  expect(Object.fromEntries(headers)).toMatchObject({
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  });
});

test('what is not there is denied, and files take no other method', async () => {
  expect((await page('/nothing')).status).toBe(403);
  expect((await page('/', { method: 'POST' })).status).toBe(403);
});

test('below /api is the API that takes tokens; the path comes as it was encoded', async () => {
  const answer = await page('/api/sessions/a%252Fb?limit=5', { method: 'DELETE' });
  expect(await answer.json()).toMatchObject({
    rawPath: '/sessions/a%2Fb',
    rawQueryString: 'limit=5',
    requestContext: {
      http: { method: 'DELETE' },
      authorizer: { jwt: { claims: { sub: 'local-operator' }, scopes: ['mqtt-sessions/write'] } },
    },
  });
});

test('where it is enforced the page is told where to sign in, and the API asks for a token', async () => {
  const { console: url } = enforced.endpoints;
  expect(await (await fetch(`${url}/config.json`)).json()).toMatchObject({
    auth: { issuer: expect.stringMatching(/^https:\/\/cognito-idp\.us-east-1\./) },
  });
  const answer = await fetch(`${url}/api/sessions`);
  expect([answer.status, await answer.json()]).toEqual([401, { message: 'Unauthorized' }]);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
});

test('the function is invoked at each period of its schedule', async () => {
  const scheduled = () =>
    open
      .function('echo')
      .logs()
      .map(({ text }) => text)
      .filter((text) => text.includes('Scheduled Event'));
  await eventually(() => expect(scheduled().length).toBeGreaterThan(1), 10_000);
  expect(JSON.parse(scheduled()[0] ?? '')).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: [expect.stringMatching(/^arn:aws:events:us-east-1:000000000000:rule\/Web-EachMinute/)],
    detail: {},
  });
});
