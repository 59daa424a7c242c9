import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DirectMessage } from '#broker/broker';
import { IotCoreBroker } from '#broker/iot-core';
import { DataPlane } from './data-plane.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const message: DirectMessage = { topic: 'a/b', payload: Buffer.from([0, 255, 10]) };

let plane: DataPlane;
let endpoint: string;
let broker: IotCoreBroker;

function brokerAt(url: string, ...more: [((failure: 'throttled' | 'failed') => void)?]): IotCoreBroker {
  const client = new IoTDataPlaneClient({
    endpoint: url,
    region: 'local',
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  return new IotCoreBroker(client, ...more);
}

beforeEach(async () => {
  plane = new DataPlane();
  endpoint = await plane.start();
  broker = brokerAt(endpoint);
});
afterEach(() => plane.stop());

const errorAnswer = (status: number, name: string) => ({
  status,
  body: { message: 'no', traceId: 't' },
  headers: { 'x-amzn-errortype': `${name}Exception` },
});

describe('sending a message to a client', () => {
  it('asks for a confirmation with its time, and sends the bytes and properties as they are', async () => {
    const outcome = await broker.send(
      'd/1 ü',
      {
        ...message,
        contentType: 'text/plain',
        responseTopic: 'answers/1',
        correlationData: 'AQID',
        utf8Payload: true,
        userProperties: [
          { name: 'a', value: '1' },
          { name: 'a', value: 'ü' },
        ],
      },
      true,
    );
    expect(outcome).toBe('delivered');
    const [{ method, url, headers, body } = { method: '', url: '', headers: {}, body: Buffer.of() }] =
      plane.received;
    const { pathname, searchParams } = new URL(url, endpoint);
    expect(method).toBe('POST');
    expect(pathname).toBe('/connections/d%2F1%20%C3%BC/messages');
    expect(Object.fromEntries(searchParams)).toEqual({
      topic: 'a/b',
      confirmation: 'true',
      timeout: '5',
      contentType: 'text/plain',
      responseTopic: 'answers/1',
    });
    expect(headers['x-amz-mqtt5-correlation-data']).toBe('AQID');
    expect(headers['x-amz-mqtt5-payload-format-indicator']).toBe('UTF8_DATA');
    const properties = Buffer.from(String(headers['x-amz-mqtt5-user-properties']), 'base64').toString();
    expect(JSON.parse(properties)).toEqual([{ a: '1' }, { a: 'ü' }]);
    expect(body).toEqual(message.payload);
  });

  it('asks for no confirmation of QoS 0, and sends an empty payload', async () => {
    expect(await broker.send('c', { topic: 'a', payload: new Uint8Array() }, false)).toBe('delivered');
    const { searchParams } = new URL(plane.received[0]?.url ?? '', endpoint);
    expect(Object.fromEntries(searchParams)).toEqual({ topic: 'a', confirmation: 'false' });
    expect(plane.received[0]?.body).toHaveLength(0);
  });

  it('does not try what has more properties than a request holds: it would fail each time', async () => {
    const userProperties = Array.from({ length: 900 }, (_, index) => ({ name: `${index}`, value: 'x' }));
    expect(await broker.send('c', { ...message, userProperties }, true)).toBe('tooLarge');
    expect(plane.received).toEqual([]);
  });

  it.each([
    [400, 'InvalidRequest', 'refused'],
    [401, 'Unauthorized', 'notAuthorized'],
    [403, 'Forbidden', 'notAuthorized'],
    [404, 'ResourceNotFound', 'notConnected'],
    [405, 'MethodNotAllowed', 'unavailable'],
    [409, 'Conflict', 'unavailable'],
    [413, 'RequestEntityTooLarge', 'tooLarge'],
    [414, 'UriTooLong', 'tooLarge'],
    [431, 'RequestHeaderFieldsTooLarge', 'tooLarge'],
    [415, 'UnsupportedDocumentEncoding', 'refused'],
    [429, 'Throttling', 'throttled'],
    [500, 'InternalFailure', 'unavailable'],
    [503, 'ServiceUnavailable', 'unavailable'],
    [504, 'GatewayTimeout', 'timedOut'],
  ] as const)('takes %s %s for %s, after one try', async (status, name, outcome) => {
    plane.answers = [errorAnswer(status, name)];
    expect(await broker.send('c', message, true)).toBe(outcome);
    expect(plane.received).toHaveLength(1);
  });

  it('takes an error without a name by its status, and one without JSON too', async () => {
    plane.answers = [{ status: 403 }];
    expect(await broker.send('c', message, true)).toBe('notAuthorized');
    plane.answers = [{ status: 502, body: 'bad gateway' }];
    expect(await broker.send('c', message, true)).toBe('unavailable');
  });

  it('takes a data plane that cannot be reached for unavailable', async () => {
    await plane.stop();
    expect(await broker.send('c', message, true)).toBe('unavailable');
    plane = new DataPlane();
    await plane.start();
  });
});

describe('asking about a connection', () => {
  it('reads what the broker knows, and nothing more', async () => {
    const value = { cleanSession: false, sessionExpiry: 3600, keepAliveDuration: 60, sourceIp: '192.0.2.1' };
    plane.answers = [{ status: 200, body: { connected: true, connectedSince: 1_795_000_000_000, ...value } }];
    expect(await broker.connection('d/1')).toEqual({
      outcome: 'found',
      value: {
        connected: true,
        connectedSinceMs: 1_795_000_000_000,
        cleanSession: false,
        sessionExpiry: 3600,
        keepAliveSeconds: 60,
      },
    });
    expect(plane.received[0]).toMatchObject({ method: 'GET' });
    expect(plane.received[0]?.url).toMatch(/^\/connections\/d%2F1(\?.*)?$/);
  });

  it('reads a connection that has gone', async () => {
    plane.answers = [{ status: 200, body: { connected: false, disconnectedSince: 5 } }];
    const value = { connected: false, disconnectedSinceMs: 5 };
    expect(await broker.connection('c')).toEqual({ outcome: 'found', value });
  });

  it.each([
    [404, 'ResourceNotFound', { outcome: 'unknownClient' }],
    [403, 'Forbidden', { outcome: 'unavailable' }],
    [429, 'Throttling', { outcome: 'unavailable' }],
    [500, 'InternalFailure', { outcome: 'unavailable' }],
    [503, 'ServiceUnavailable', { outcome: 'unavailable' }],
  ])('takes %s %s for %j', async (status, name, expected) => {
    plane.answers = [errorAnswer(status, name)];
    expect(await broker.connection('c')).toMatchObject(expected);
    expect(await broker.subscriptions('c')).toMatchObject(expected);
  });

  it('tells of look-ups that the broker did not answer, and of those that it throttled', async () => {
    const failures: string[] = [];
    const telling = brokerAt(endpoint, (failure) => failures.push(failure));
    for (const status of [404, 429, 500]) {
      plane.answers = [errorAnswer(status, 'Error')];
      await telling.connection('c');
      await telling.subscriptions('c');
    }
    expect(failures).toEqual(['throttled', 'throttled', 'failed', 'failed']);
  });

  it('says why it could not ask', async () => {
    plane.answers = [errorAnswer(429, 'Throttling')];
    expect(await broker.connection('c')).toMatchObject({
      reason: expect.stringContaining('ThrottlingException'),
    });
  });
});

describe('asking for the subscriptions of a client', () => {
  it('reads every page', async () => {
    plane.answers = [
      { status: 200, body: { subscriptions: [{ topicFilter: 'a/#', qos: 1 }], nextToken: 'more/+' } },
      { status: 200, body: { subscriptions: [{ topicFilter: 'b', qos: 0 }] } },
    ];
    const value = [
      { filter: 'a/#', qos: 1 },
      { filter: 'b', qos: 0 },
    ];
    expect(await broker.subscriptions('c')).toEqual({ outcome: 'found', value });
    expect(new URL(plane.received[1]?.url ?? '', endpoint).searchParams.get('nextToken')).toBe('more/+');
  });

  it('knows no half of the list when a page fails', async () => {
    plane.answers = [
      { status: 200, body: { subscriptions: [{ topicFilter: 'a', qos: 1 }], nextToken: 'more' } },
      errorAnswer(500, 'InternalFailure'),
    ];
    expect(await broker.subscriptions('c')).toMatchObject({ outcome: 'unavailable' });
  });
});

describe('ending a connection', () => {
  it('publishes the will, and ends the broker’s own session where that is asked for', async () => {
    expect(await broker.disconnect('d/1 ü', true)).toEqual({ outcome: 'closed' });
    await broker.disconnect('d', false);
    expect(plane.received.map(({ method, url }) => [method, url])).toEqual([
      ['DELETE', '/connections/d%2F1%20%C3%BC?cleanSession=true&preventWillMessage=false'],
      ['DELETE', '/connections/d?cleanSession=false&preventWillMessage=false'],
    ]);
  });

  it.each([
    [404, 'ResourceNotFound', { outcome: 'notConnected' }],
    [429, 'Throttling', { outcome: 'unavailable', reason: expect.stringContaining('Throttling') }],
    [500, 'InternalFailure', { outcome: 'unavailable', reason: expect.any(String) }],
  ] as const)('takes %d %s for what it is', async (status, name, outcome) => {
    plane.answers = [errorAnswer(status, name)];
    expect(await broker.disconnect('d', false)).toEqual(outcome);
  });
});
