import { describe, expect, it } from 'vitest';
import { RefusedEventError } from '#edge/errors';
import { parsePublishedMessage } from '#edge/messages/published-message';

const SECRET = 'the secret of the payload';
const payloadOf = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const published = {
  payload: payloadOf(SECRET),
  topic: 'devices/7/state',
  messageId: 'f0cb0b4e-2f05-4dd0-9b4b-000000000001',
  receivedAt: 1_795_000_000_000,
  publisher: 'publisher 7',
  qos: 1,
};

function propertiesOf(userProperties: unknown) {
  return parsePublishedMessage({ ...published, userProperties });
}

describe('published messages', () => {
  it('reads a message with all that MQTT 5 gives it', () => {
    const properties = {
      contentType: 'text/plain',
      payloadFormatIndicator: 'UTF8_DATA',
      responseTopic: 'answers',
      correlationData: 'AQID',
    };
    expect(parsePublishedMessage({ ...published, ...properties })).toEqual({
      messageId: published.messageId,
      topic: 'devices/7/state',
      payload: Buffer.from(SECRET),
      qos: 1,
      receivedAtMs: published.receivedAt,
      publisher: 'publisher 7',
      contentType: 'text/plain',
      utf8Payload: true,
      responseTopic: 'answers',
      correlationData: 'AQID',
    });
  });

  it('leaves out what a message over HTTP or MQTT 3.1.1 has not', () => {
    const { publisher: _, qos: __, ...plain } = published;
    const message = parsePublishedMessage({
      ...plain,
      publisher: 'n/a',
      payloadFormatIndicator: 'UNSPECIFIED_BYTES',
    });
    expect(Object.keys(message).sort()).toEqual(['messageId', 'payload', 'qos', 'receivedAtMs', 'topic']);
    expect(message.qos).toBe(1);
  });

  it.each([
    ['empty', new Uint8Array()],
    ['every byte there is', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ['128 KB', new Uint8Array(128 * 1024).fill(255)],
  ])('keeps the bytes of a payload: %s', (_, bytes) => {
    const { payload } = parsePublishedMessage({ ...published, payload: payloadOf(bytes) });
    expect(Buffer.compare(payload, bytes)).toBe(0);
  });

  it.each([
    ['an object of lists', { a: ['1', '2'], b: ['x'] }],
    ['a list of objects', [{ a: '1' }, { a: '2' }, { b: 'x' }]],
    ['an object of a value or a list', { a: ['1', '2'], b: 'x' }],
  ])('reads user properties from %s', (_, userProperties) => {
    expect(propertiesOf(userProperties).userProperties).toEqual([
      { name: 'a', value: '1' },
      { name: 'a', value: '2' },
      { name: 'b', value: 'x' },
    ]);
  });

  it.each([[null], ['text'], [7], [{}], [[]], [{ a: null }]])(
    'takes %j for no user properties',
    (userProperties) => {
      expect(propertiesOf(userProperties).userProperties).toBeUndefined();
    },
  );

  it.each([
    [undefined, undefined, undefined],
    [60, undefined, 60],
    [undefined, '30', 30],
    [60, '30', 30],
    [60, '90', 60],
    [60, 'soon', 60],
    [undefined, '-1', undefined],
    [undefined, '9999999999', 0xffffffff],
  ])('expires by the operator (%s) and the publisher (%s): %s seconds', (configured, asked, expected) => {
    const message = parsePublishedMessage({
      ...published,
      ...(configured !== undefined && { messageExpiryInterval: configured }),
      ...(asked !== undefined && { userProperties: { 'message-expiry-interval': asked } }),
    });
    expect(message.messageExpiryInterval).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', SECRET],
    ['no topic', { ...published, topic: undefined }],
    ['a wildcard in its topic', { ...published, topic: 'a/#' }],
    ['an empty topic', { ...published, topic: '' }],
    ['no message id', { ...published, messageId: '' }],
    ['no time', { ...published, receivedAt: Number.NaN }],
    ['QoS 2', { ...published, qos: 2 }],
    ['a payload that is no text', { ...published, payload: { SECRET } }],
    ['a payload that is not base64', { ...published, payload: SECRET }],
    ['more than 128 KB', { ...published, payload: payloadOf(SECRET.repeat(6_000)) }],
  ])('refuses %s without showing the payload', (_, event) => {
    expect(() => parsePublishedMessage(event)).toThrow(RefusedEventError);
    try {
      parsePublishedMessage(event);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
      expect(String(error)).not.toContain(payloadOf(SECRET).slice(0, 12));
    }
  });
});
