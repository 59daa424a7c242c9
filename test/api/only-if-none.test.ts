import { expect, test } from 'vitest';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { apiDependencies, asker } from './api-on-tables.ts';

const dependencies = apiDependencies(memoryTables());
const ask = asker(dependencies);

const put = (filter: string, ifNoneMatch?: string) => ({
  method: 'PUT',
  headers: {
    'content-type': 'application/json',
    ...(ifNoneMatch !== undefined && { 'If-None-Match': ifNoneMatch }),
  },
  body: JSON.stringify({ sessionExpiryInterval: 60, subscriptions: [{ filter, qos: 1 }] }),
});
const filtersOf = async (clientId: string) =>
  (await dependencies.subscriptions.list(clientId)).map(({ filter }) => filter);

test('with If-None-Match: * a session is made once, and then left as it is', async () => {
  expect((await ask('/sessions/once', put('a', '*'))).status).toBe(201);
  const made = await dependencies.sessions.get('once');
  for (const filter of ['a', 'b']) {
    const { status, body, headers } = await ask('/sessions/once', put(filter, '*'));
    expect(status).toBe(412);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      code: 'session.exists',
      status: 412,
      detail: expect.stringMatching(/has a session already.*nothing was changed.*without the header/s),
    });
  }
  expect(await dependencies.sessions.get('once')).toEqual(made);
  expect(await filtersOf('once')).toEqual(['a']);
  expect((await ask('/sessions/once', put('a'))).status).toBe(200);
});

test.each(['"abc"', 'W/"abc"', '*, *', '"*"', 'x'])(
  'If-None-Match: %s is refused, and nothing is made',
  async (value) => {
    const { status, body } = await ask('/sessions/tagged', put('a', value));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'request.invalid',
      detail: expect.stringMatching(/^header if-none-match: .* came; allowed: "\*"$/),
      errors: [{ in: 'header', field: 'if-none-match' }],
    });
    expect(await dependencies.sessions.get('tagged')).toBeUndefined();
  },
);

test('what is asked wrongly is refused as such, also of a client that has a session', async () => {
  await ask('/sessions/wrong', put('a'));
  const { status } = await ask('/sessions/wrong', { ...put('a', '*'), body: '{}' });
  expect(status).toBe(400);
});

test('a session that the request has made itself is no reason to refuse it', async () => {
  let reads = 0;
  const get: typeof dependencies.sessions.get = async (clientId) => {
    reads += 1;
    return reads === 1 ? undefined : dependencies.sessions.get(clientId);
  };
  const short = asker({ ...dependencies, sessions: { ...dependencies.sessions, get } });
  expect((await short('/sessions/own', put('a', '*'))).status).toBe(201);
  expect(reads).toBe(2);
});
