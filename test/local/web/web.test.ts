import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cloud } from '#local/cloud';
import { type CloudOptions, startCloud } from '#local/start-cloud';
import { synthesize } from '#local/template/synthesize';
import { eventually } from '#test/local/eventually';
import { type Signing, signedRequest } from './signed-request.ts';

const secretOf = (accessKeyId: string) => `secret of ${accessKeyId}`;

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
        reader: { secretAccessKey: secretOf('reader'), policies: ['SessionApiRead'] },
        writer: { secretAccessKey: secretOf('writer'), policies: ['SessionApiWrite'] },
        nobody: { secretAccessKey: secretOf('nobody'), policies: [] },
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

/** Without the secret of anybody. */
const signedBy = (accessKeyId: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261125/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0`,
});
const ask = (cloud: Cloud, method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${cloud.endpoints.api}${path}`, { method, headers });
const askSigned = async (
  cloud: Cloud,
  method: string,
  path: string,
  accessKeyId: string,
  { body, ...signing }: Partial<Signing> & { readonly body?: string } = {},
) =>
  fetch(
    await signedRequest(
      `${cloud.endpoints.api}${path}`,
      { method, ...(body !== undefined && { body }) },
      { accessKeyId, secretAccessKey: secretOf(accessKeyId), ...signing },
    ),
  );

test.each([
  ['nobody', 'arn:aws:iam::000000000000:user/local-operator', () => ask(open, 'GET', '/sessions')],
  [
    'anybody',
    'arn:aws:iam::000000000000:user/AKIAEXAMPLE',
    () => ask(open, 'GET', '/sessions', signedBy('AKIAEXAMPLE')),
  ],
  [
    'a known caller',
    'arn:aws:sts::000000000000:assumed-role/reader/reader',
    () => askSigned(open, 'GET', '/sessions', 'reader'),
  ],
])('a request by %s is that of %s', async (_, userArn, send) => {
  const event = await (await send()).json();
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
      const { status } = await askSigned(cloud, method, path, caller);
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

test.each([
  ['another secret', { secretAccessKey: 'of somebody else' }],
  ['another service', { service: 'iotdata' }],
  ['another Region', { region: 'eu-central-1' }],
  ['a date long ago', { atMs: Date.now() - 6 * 60_000 }],
  ['a date to come', { atMs: Date.now() + 6 * 60_000 }],
])('a known caller whose signature is by %s is refused as on AWS', async (_, signing) => {
  for (const cloud of [open, enforced]) {
    const answer = await askSigned(cloud, 'GET', '/sessions', 'reader', signing);
    expect([answer.status, await answer.json()]).toEqual([403, { message: 'Forbidden' }]);
  }
});

test('a signature holds for what was signed, and nothing else', async () => {
  const sign = async (path: string, body: string) =>
    signedRequest(
      `${enforced.endpoints.api}${path}`,
      { method: 'POST', body },
      { accessKeyId: 'writer', secretAccessKey: secretOf('writer') },
    );
  const path = '/sessions/ger%C3%A4t%2F7/resume?b=x%20y%2Fz&a=%2B&a=';
  const signed = await sign(path, '{"ä":1}');
  const { headers } = signed;
  const send = async (sentPath: string, init: RequestInit) =>
    (await fetch(`${enforced.endpoints.api}${sentPath}`, { headers, method: 'POST', ...init })).status;
  expect(await send(path, { body: '{"ä":1}' })).toBe(200);
  expect(await send(path, { body: '{"ä":2}' })).toBe(403);
  expect(await send(path, { body: '{"ä":1}', method: 'PUT' })).toBe(403);
  expect(await send(path.replace('7', '8'), { body: '{"ä":1}' })).toBe(403);
  expect(await send(path.replace('x%20y', 'y'), { body: '{"ä":1}' })).toBe(403);
  const unsigned = { ...Object.fromEntries(headers), 'x-amz-security-token': 'of somebody else' };
  expect(await send(path, { body: '{"ä":1}', headers: unsigned })).toBe(403);
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
