import { describe, expect, test } from 'vitest';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { exampleConnection, exampleSession } from '#test/store/sessions/example-sessions';
import { apiDependencies, asker } from './api-on-tables.ts';

const policies = [{ clients: 'packets-*', edge: 'packets', sessionExpiryInterval: 'client' } as const, {}];
const dependencies = apiDependencies(memoryTables(), { policies });
const ask = asker(dependencies);
const json = { 'content-type': 'application/json' };

const put = (path: string, body: unknown = { qos: 1 }) =>
  ask(path, { method: 'PUT', headers: json, body: JSON.stringify(body) });
const end = (path: string) => ask(path, { method: 'DELETE' });
const made = (clientId: string) =>
  put(`/sessions/${clientId}`, {
    sessionExpiryInterval: 600,
    subscriptions: [{ filter: 'a/#', qos: 1 }],
  });
const filtersOf = async (clientId: string) => {
  const { body } = await ask(`/sessions/${clientId}`);
  return (body as { readonly subscriptions: { readonly filter: string }[] }).subscriptions.map(
    ({ filter }) => filter,
  );
};

/** A client that is connected through AWS IoT Core and has not subscribed. */
async function connected(clientId: string) {
  const { disconnectedAtMs: _, disconnectReason: __, ...standing } = exampleConnection(1);
  const { endsAtMs: ___, ...session } = exampleSession(clientId, 1, {
    status: 'connected',
    connections: [standing],
  });
  await dependencies.acts.sessions.write(session, undefined);
}

describe('one subscription', () => {
  test('is made, changed and found as asked, and the session keeps its others', async () => {
    await made('one');
    const path = '/sessions/one/subscriptions/b%2F%2B';
    const subscription = { filter: 'b/+', qos: 1, noLocal: false, retainAsPublished: false };
    expect(await put(path)).toMatchObject({ status: 201, body: { outcome: 'created', subscription } });
    expect(await put(path)).toMatchObject({ status: 200, body: { outcome: 'unchanged', subscription } });
    const wanted = { qos: 0, noLocal: true, retainAsPublished: true, subscriptionIdentifier: 9 };
    expect(await put(path, wanted)).toMatchObject({
      status: 200,
      body: { outcome: 'changed', subscription: { ...wanted, filter: 'b/+' } },
    });
    expect(await filtersOf('one')).toEqual(['a/#', 'b/+']);
  });

  test('ends, and then is none', async () => {
    await made('ends');
    const path = '/sessions/ends/subscriptions/a%2F%23';
    expect(await end(path)).toMatchObject({
      status: 200,
      body: { outcome: 'unsubscribed', heldByBroker: false },
    });
    expect(await end(path)).toMatchObject({ status: 200, body: { outcome: 'notSubscribed' } });
    expect(await filtersOf('ends')).toEqual([]);
  });

  test('leaves who asked for what in the history', async () => {
    await made('history');
    await put('/sessions/history/subscriptions/b');
    await end('/sessions/history/subscriptions/b');
    const { body } = await ask('/sessions/history/history?limit=2');
    const detail = { filter: 'b' };
    expect(body).toMatchObject({
      entries: [
        { act: 'unsubscribe', actor: expect.stringContaining('arn:'), detail },
        { act: 'subscribe', actor: expect.stringContaining('arn:'), detail: { ...detail, qos: 1 } },
      ],
    });
  });
});

test('a client without a session has none to change', async () => {
  for (const answer of [await put('/sessions/x/subscriptions/a'), await end('/sessions/x/subscriptions/a')])
    expect(answer).toMatchObject({ status: 404, body: { code: 'session.notFound' } });
});

test('while the device is connected through AWS IoT Core only it can subscribe: the problem says so', async () => {
  await connected('there');
  const refused = {
    status: 409,
    body: { code: 'session.connected', detail: expect.stringContaining('once it is away') },
  };
  expect(await put('/sessions/there/subscriptions/a')).toMatchObject(refused);
  expect(await made('there')).toMatchObject(refused);
  expect(await end('/sessions/there/subscriptions/a')).toMatchObject({ body: { outcome: 'notSubscribed' } });
});

test.each([
  ['a/#/b', { qos: 1 }, { in: 'path', field: 'filter' }],
  ['~YQ==', { qos: 1 }, { in: 'path', field: 'filter' }],
  ['a', {}, { in: 'body', field: '/qos' }],
  ['a', { qos: 3 }, { in: 'body', field: '/qos' }],
  ['a', { qos: 1, filter: 'b' }, { in: 'body', field: '/filter' }],
  ['a', { qos: 1, subscriptionIdentifier: 0 }, { in: 'body', field: '/subscriptionIdentifier' }],
])('%s with %j is refused, with where it is wrong', async (filter, body, where) => {
  await made('wrong');
  const answer = await put(`/sessions/wrong/subscriptions/${encodeURIComponent(filter)}`, body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid', errors: [where] } });
});

test('what no subscription can be is refused with the clause', async () => {
  await made('shared');
  const answer = await put('/sessions/shared/subscriptions/%24share%2Fg%2Fa', { qos: 1, noLocal: true });
  expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('MQTT-3.8.3-4') } });
});

test('its path takes PUT and DELETE', async () => {
  const { status, headers } = await ask('/sessions/a/subscriptions/b');
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('DELETE, PUT');
});

test('a filter that would add one shape too many is refused before anything is written, and what is allowed is said', async () => {
  const few = apiDependencies(memoryTables(), { policies, settings: { maximumShapes: 1 } });
  const asked = (path: string, body: unknown) =>
    asker(few)(path, { method: 'PUT', headers: json, body: JSON.stringify(body) });
  const session = (...filters: readonly string[]) => ({
    sessionExpiryInterval: 600,
    subscriptions: filters.map((filter) => ({ filter, qos: 1 })),
  });
  const detail = expect.stringMatching(/"\+\/\+".*of the 1 shapes.*maximumShapes/);
  const refused = { status: 400, body: { code: 'request.invalid', detail } };
  expect(await asked('/sessions/few', session('a/+', '+/+'))).toMatchObject(refused);
  expect(await few.sessions.get('few')).toBeUndefined();
  expect(await asked('/sessions/few', session('a/+'))).toMatchObject({ status: 201 });
  expect(await asked('/sessions/few', session('a/+', '+/+'))).toMatchObject(refused);
  expect(await asked('/sessions/few/subscriptions/%2B%2F%2B', { qos: 1 })).toMatchObject(refused);
  expect((await few.subscriptions.list('few')).map(({ filter }) => filter)).toEqual(['a/+']);
  expect(await asked('/sessions/few/subscriptions/b%2F%2B', { qos: 1 })).toMatchObject({ status: 201 });
});
