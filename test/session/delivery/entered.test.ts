import { expect, test } from 'vitest';
import { hasEntered, markEntered } from '#session/delivery/entered';
import type { Message } from '#session/message';

const message: Message = {
  messageId: 'connection:1795000000000',
  topic: 'a/b',
  payload: new Uint8Array(),
  qos: 1,
  receivedAtMs: 1_795_000_000_000,
};
const mark = { name: 'mqtt-sessions-entered', value: message.messageId };

test('a message goes to the broker with its own user properties first, then the mark', () => {
  const userProperties = [{ name: 'unit', value: 'bar' }];
  expect(markEntered({ ...message, userProperties })).toEqual([...userProperties, mark]);
  expect(markEntered(message)).toEqual([mark]);
});

test('what the service published itself is known when it comes back', () => {
  expect(hasEntered({ ...message, userProperties: markEntered(message) })).toBe(true);
});

test.each([
  ['it has a publisher: a device may not claim the mark', { publisher: 'device-7', userProperties: [mark] }],
  ['it has no mark: somebody published it over HTTP', { userProperties: [{ name: 'a', value: 'b' }] }],
  ['it has no user properties', {}],
])('a message is entered when %s', (_why, more) => {
  expect(hasEntered({ ...message, ...more })).toBe(false);
});
