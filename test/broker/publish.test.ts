import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishToBroker } from '#broker/publish';
import type { Message } from '#session/message';
import { DataPlane } from './data-plane.ts';

const message: Message = {
  messageId: 'connection:1795000000000',
  topic: 'plant/7/alarms',
  payload: Buffer.from([0, 255, 10]),
  qos: 2,
  receivedAtMs: 1_795_000_000_000,
};

let plane: DataPlane;
let client: IoTDataPlaneClient;

beforeEach(async () => {
  plane = new DataPlane();
  client = new IoTDataPlaneClient({
    endpoint: await plane.start(),
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterEach(() => plane.stop());

const answerWith = (status: number, name: string) => {
  plane.answers = [{ status, body: { message: 'no' }, headers: { 'x-amzn-errortype': `${name}Exception` } }];
};

describe('a message of the packet edge, published to AWS IoT Core', () => {
  it('keeps its bytes and properties, is QoS 1 for 2, and says that it is in the log', async () => {
    const properties = {
      retain: true as const,
      messageExpiryInterval: 60,
      contentType: 'text/plain',
      responseTopic: 'answers/7',
      correlationData: 'AQID',
      utf8Payload: true,
      userProperties: [{ name: 'unit', value: 'bar' }],
    };
    expect(await publishToBroker(client, { ...message, ...properties })).toBe('published');
    const [received] = plane.received;
    const { pathname, searchParams } = new URL(received?.url ?? '', 'http://127.0.0.1');
    expect(pathname).toBe('/topics/plant%2F7%2Falarms');
    expect(Object.fromEntries(searchParams)).toEqual({
      qos: '1',
      retain: 'true',
      messageExpiry: '60',
      contentType: 'text/plain',
      responseTopic: 'answers/7',
    });
    expect(received?.body).toEqual(message.payload);
    const userProperties = String(received?.headers['x-amz-mqtt5-user-properties']);
    expect(JSON.parse(Buffer.from(userProperties, 'base64').toString())).toEqual([
      { unit: 'bar' },
      { 'mqtt-sessions-entered': message.messageId },
    ]);
  });

  it.each([
    ['a reserved topic', { topic: '$aws/things/7/shadow/update' }],
    ['a topic with more levels than it takes', { topic: 'a/b/c/d/e/f/g/h/i' }],
    ['a payload that is larger than it takes', { payload: new Uint8Array(131_073) }],
    [
      'more user properties than a request holds',
      { userProperties: [{ name: 'a', value: '"'.repeat(6_000) }] },
    ],
    ['more correlation data than a request holds', { correlationData: 'A'.repeat(20_000) }],
    ['a response topic longer than a request holds', { responseTopic: 'ü'.repeat(5_000) }],
  ])('is not tried with %s', async (_what, more) => {
    expect(await publishToBroker(client, { ...message, ...more })).toBe('refused');
    expect(plane.received).toEqual([]);
  });

  it.each([
    [400, 'InvalidRequest'],
    [403, 'Forbidden'],
    [413, 'RequestEntityTooLarge'],
    [414, 'UriTooLong'],
    [431, 'RequestHeaderFieldsTooLarge'],
  ])('is given up after %i %s', async (status, name) => {
    answerWith(status, name);
    expect(await publishToBroker(client, message)).toBe('refused');
  });

  it.each([
    [429, 'Throttling'],
    [500, 'InternalFailure'],
  ])('is worth another try after %i %s', async (status, name) => {
    answerWith(status, name);
    await expect(publishToBroker(client, message)).rejects.toMatchObject({ code: 'broker.unavailable' });
  });
});
