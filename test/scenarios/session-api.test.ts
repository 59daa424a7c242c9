import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { pathText } from '#api/path-text';
import { ROUTES } from '#api/routes/index';
import { problem } from '#api/schemas/problem';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';

/** With a slash, `#` or `+` AWS IoT Core would not tell of its connections. */
const CLIENT = 'durable-ä b?c%2F<b>';
const FILTER = 'doors/<i>/#';
const TOPIC = 'doors/<i>/open';
const TEXT = '<script>alert(1)</script>';

let fleet: Fleet;
let device: Device;

beforeAll(async () => {
  fleet = await Fleet.start({
    durableTopics: ['#'],
    policies: [{ clients: 'durable-*', sessionExpiryInterval: 3600 }],
  });
  device = await fleet.connect(CLIENT);
  await device.client.subscribeAsync(FILTER, { qos: 1 });
  await fleet.subscribed(CLIENT, FILTER);
}, 120_000);
afterAll(() => fleet?.stop());

type Responses = Readonly<
  Record<string, { readonly content?: Readonly<Record<string, { readonly schema: z.ZodType }>> }>
>;

/** Asks the bundled function through the HTTP API, and holds the answer to the document. */
async function ask(
  operationId: string,
  path: string,
  init: RequestInit = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(`${fleet.cloud.endpoints.api}${path}`, init);
  const text = await response.text();
  const route = ROUTES.find((each) => each.operationId === operationId);
  const responses = (route?.responses ?? {}) as Responses;
  expect(Object.keys(responses), `${path}: ${text}`).toContain(String(response.status));
  if (text === '') return { httpStatus: response.status };
  const schema = Object.values(responses[response.status]?.content ?? {})[0]?.schema ?? problem;
  const body: unknown = JSON.parse(text);
  expect(schema.parse(body)).toEqual(body);
  return { httpStatus: response.status, ...z.record(z.string(), z.unknown()).parse(body) };
}

const ofClient = `/sessions/${pathText(CLIENT)}`;
const json = (body: unknown) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

it('shows a client that is connected, by its identifier as by its beginning', async () => {
  const session = await ask('getSession', ofClient);
  expect(session).toMatchObject({
    clientId: CLIENT,
    status: 'connected',
    edge: 'lifecycle',
    sessionExpiryInterval: 3600,
    subscriptions: [{ filter: FILTER, qos: 1 }],
    waiting: { messages: 0, atLeast: false },
  });
  await eventually(async () => {
    for (const query of ['prefix=durable-%C3%A4%20', 'status=connected', 'limit=1&prefix=durable-']) {
      const { sessions } = await ask('listSessions', `/sessions?${query}`);
      expect(sessions).toMatchObject([{ clientId: CLIENT }]);
    }
  });
});

it('says who would get a message on a topic', async () => {
  await eventually(async () => {
    const { subscribers } = await ask('listSubscribers', `/topics/${pathText(TOPIC)}/subscribers`);
    expect(subscribers).toEqual([{ clientId: CLIENT, filter: FILTER, qos: 1, status: 'connected' }]);
  });
  const { filters } = await ask('listFilters', '/filters?prefix=doors%2F');
  expect(filters).toMatchObject([{ filter: FILTER, subscribers: { count: 1, atLeast: false } }]);
});

it('asks for a delivery run where the client is connected', async () => {
  expect(await ask('resumeDelivery', `${ofClient}/resume`, { method: 'POST' })).toMatchObject({
    httpStatus: 202,
    outcome: 'requested',
  });
});

it('closes a connection and keeps the session, which the history tells', async () => {
  expect(await ask('disconnectSession', `${ofClient}/disconnect`, { method: 'POST' })).toMatchObject({
    httpStatus: 200,
    outcome: 'closed',
  });
  await eventually(() => expect(device.client.connected).toBe(false));
  await fleet.away(CLIENT);
  await eventually(async () => {
    const { entries } = await ask('listHistory', `${ofClient}/history`);
    expect(entries).toContainEqual(expect.objectContaining({ type: 'operator', act: 'disconnect' }));
  });
  expect(await ask('disconnectSession', `${ofClient}/disconnect`, { method: 'POST' })).toMatchObject({
    outcome: 'notConnected',
  });
  expect(await ask('resumeDelivery', `${ofClient}/resume`, { method: 'POST' })).toMatchObject({
    httpStatus: 200,
    outcome: 'notConnected',
  });
});

it('shows what waits without taking it, and says why a message has not come', async () => {
  const publisher = await fleet.connect('publisher');
  for (let index = 0; index < 3; index += 1) {
    await publisher.client.publishAsync(TOPIC, TEXT, { qos: 1 });
  }
  await fleet.loggedOn(TOPIC, 3);
  const first = await ask('listMessages', `${ofClient}/messages?limit=2&payload=true`);
  expect(first['messages']).toMatchObject([{ topic: TOPIC, filter: FILTER, qos: 1 }, { topic: TOPIC }]);
  expect(first['messages']).toMatchObject([{ payload: Buffer.from(TEXT).toString('base64') }, {}]);
  const cursor = String(first['nextCursor']);
  const second = await ask('listMessages', `${ofClient}/messages?limit=2&payload=true&cursor=${cursor}`);
  expect(second['messages']).toHaveLength(1);
  expect(second['nextCursor']).toBeUndefined();
  const foreign = await ask('listMessages', `${ofClient}/messages?limit=2&cursor=${cursor}`);
  expect(foreign).toMatchObject({ httpStatus: 400, code: 'cursor.invalid' });
  expect(await ask('getSession', ofClient)).toMatchObject({ waiting: { messages: 3 }, httpStatus: 200 });
  const traced = await ask('traceMessage', `${ofClient}/trace?topic=${encodeURIComponent(TOPIC)}`);
  expect(traced).toMatchObject({ verdict: 'waiting', filters: [{ filter: FILTER, isDurable: true }] });
  const { message } = traced as { readonly message: { readonly messageId: string } };
  const named = await ask(
    'traceMessage',
    `${ofClient}/trace?messageId=${encodeURIComponent(message.messageId)}`,
  );
  expect(named).toMatchObject({ verdict: 'waiting', message });
  expect(await ask('traceMessage', `${ofClient}/trace?topic=windows`)).toMatchObject({
    verdict: 'noSubscription',
  });
});

it('says of a message that was delivered that it was', async () => {
  const back = await fleet.connect(CLIENT);
  await eventually(() => expect(back.texts(TOPIC)).toHaveLength(3), 40_000);
  await eventually(async () => {
    const traced = await ask('traceMessage', `${ofClient}/trace?topic=${encodeURIComponent(TOPIC)}`);
    expect(traced).toMatchObject({ verdict: 'delivered' });
  }, 40_000);
  await back.disconnect();
  await fleet.away(CLIENT);
});

it('changes the interval and ends the session', async () => {
  const changed = await ask('changeSession', ofClient, {
    method: 'PATCH',
    ...json({ sessionExpiryInterval: 60 }),
  });
  expect(changed).toMatchObject({ httpStatus: 200, sessionExpiryInterval: 60 });
  const wrong = await ask('changeSession', ofClient, {
    method: 'PATCH',
    ...json({ sessionExpiryInterval: -1 }),
  });
  expect(wrong).toMatchObject({
    code: 'request.invalid',
    errors: [{ in: 'body', field: '/sessionExpiryInterval' }],
  });
  const large = await ask('changeSession', ofClient, { method: 'PATCH', ...json({ x: 'x'.repeat(70_000) }) });
  expect(large).toMatchObject({ httpStatus: 413, code: 'body.tooLarge' });
  expect(await ask('endSession', ofClient, { method: 'DELETE' })).toEqual({ httpStatus: 204 });
  expect(await ask('getSession', ofClient)).toMatchObject({ httpStatus: 404, code: 'session.notFound' });
  await eventually(async () => {
    const { entries } = await ask('listHistory', `${ofClient}/history`);
    expect(entries).toContainEqual(expect.objectContaining({ type: 'operator', act: 'endSession' }));
  });
});

it('makes a session for a device that has never connected, whose first connection gets what came before', async () => {
  const [id, topic] = ['durable-new', 'gates/7/open'];
  const wanted = { sessionExpiryInterval: 3600, subscriptions: [{ filter: 'gates/7/#', qos: 1 }] };
  const path = `/sessions/${id}`;
  const init = { method: 'PUT', ...json(wanted) };
  expect(await ask('putSession', path, init)).toMatchObject({ httpStatus: 201, clientId: id });
  expect(await ask('putSession', path, init)).toMatchObject({ httpStatus: 200, subscriptions: [{ qos: 1 }] });
  const publisher = await fleet.connect('publisher-2');
  await publisher.client.publishAsync(topic, 'given up', { qos: 1 });
  await fleet.loggedOn(topic, 1);
  await eventually(async () => {
    expect(await ask('dropMessages', `${path}/messages`, { method: 'DELETE' })).toMatchObject({ dropped: 1 });
  });
  await publisher.client.publishAsync(topic, 'first', { qos: 1 });
  await fleet.loggedOn(topic, 2);
  const first = await fleet.connect(id);
  await eventually(() => expect(first.texts(topic)).toEqual(['first']), 40_000);
  await first.disconnect();
  await fleet.away(id);
});

it('ends in the background who has been away for long, after telling how many that would be', async () => {
  const asked = { clients: 'durable-*', sessionExpiryInterval: 1 };
  await eventually(async () => {
    const preview = await ask('previewExpiry', '/sessions:previewExpiry', { method: 'POST', ...json(asked) });
    expect(preview).toMatchObject({ wouldEnd: 1 });
  });
  const idle = { clients: 'durable-*', idleSeconds: 1 };
  const begun = await ask('endIdle', '/sessions:endIdle', { method: 'POST', ...json(idle) });
  expect(begun).toMatchObject({ httpStatus: 202, status: 'running' });
  await eventually(async () => {
    const operation = await ask('getOperation', `/operations/${String(begun['operationId'])}`);
    expect(operation).toMatchObject({ status: 'succeeded', ended: 1 });
  }, 40_000);
  expect(await ask('getSession', '/sessions/durable-new')).toMatchObject({ httpStatus: 404 });
});

it('shows dead letters, and sends one again', async () => {
  const letter = { kind: 'lookUp', clientId: 'durable-lost', attempt: 9 };
  fleet.cloud.queue('DeadLetters').send(JSON.stringify(letter));
  const { deadLetters } = await ask('listDeadLetters', '/dead-letters');
  expect(deadLetters).toMatchObject([
    { source: 'queue lookUps', body: JSON.stringify(letter), isRedrivable: true },
  ]);
  const [{ id }] = deadLetters as [{ readonly id: string }];
  await eventually(async () => {
    expect(await ask('redriveDeadLetter', `/dead-letters/${id}/redrive`, { method: 'POST' })).toMatchObject({
      httpStatus: 202,
      id,
    });
  });
  const gone = await ask('redriveDeadLetter', `/dead-letters/${id}/redrive`, { method: 'POST' });
  expect(gone).toMatchObject({ httpStatus: 404, code: 'deadLetter.notFound' });
});

it('counts the fleet', async () => {
  await eventually(async () => {
    const stats = await ask('getStats', '/stats');
    expect(stats).toMatchObject({ totals: { started: expect.any(Number) } });
  });
  expect(await ask('getStatsPoints', '/stats/points?hours=1')).toMatchObject({ httpStatus: 200 });
  expect(await ask('getAdvice', '/advice')).toMatchObject({ httpStatus: 200 });
});
