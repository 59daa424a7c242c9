import { expect, test } from 'vitest';
import type { CloudObservation } from '#local/cloud-observation';
import { eventLine } from '#local/event-line';
import { shown, table } from '#local/terminal';

const tables = { Messages: 'Stack-Messages', Sessions: 'Stack-Sessions' };
const put = (tableName: string) =>
  Buffer.from(
    JSON.stringify({ TableName: tableName, Item: { topic: { S: 'a/b' }, position: { S: '01J' } } }),
  );

test.each<[CloudObservation, RegExp | undefined]>([
  [
    {
      kind: 'iot',
      event: { kind: 'disconnected', clientId: 'a', reason: 'CONNECTION_LOST', versionNumber: 1 },
    },
    /disconnected {2}a {2}CONNECTION_LOST$/,
  ],
  [
    { kind: 'iot', event: { kind: 'directMessage', clientId: 'a', topic: 't', bytes: 3, status: 200 } },
    /delivered {5}t {2}3 bytes to a$/,
  ],
  [
    { kind: 'iot', event: { kind: 'directMessage', clientId: 'a', topic: 't', bytes: 3, status: 404 } },
    /not delivered t to a: status 404, it stays in the log$/,
  ],
  [{ kind: 'iot', event: { kind: 'ruleFired', ruleName: 'r', topic: 't' } }, undefined],
  [
    { kind: 'dynamoDbRequest', operation: 'PutItem', caller: 'ingest', body: put('Stack-Messages') },
    /logged {8}a\/b {2}at position 01J$/,
  ],
  [{ kind: 'dynamoDbRequest', operation: 'PutItem', caller: 'ingest', body: put('Other') }, undefined],
  [{ kind: 'dynamoDbRequest', operation: 'Query', caller: undefined, body: Buffer.from('{}') }, undefined],
  [
    { kind: 'removedByTimeToLive', tableName: 'Stack-Sessions', key: { clientId: { S: 'a' } } },
    /removed {7}a from Sessions by TTL$/,
  ],
  [
    {
      kind: 'logged',
      line: { functionName: 'F', requestId: 'r', text: '{"level":"ERROR","message":"broke","clientId":"a"}' },
    },
    /error {9}F {2}a: broke$/,
  ],
  [
    { kind: 'logged', line: { functionName: 'F', requestId: 'r', text: '{"level":"INFO","message":"x"}' } },
    undefined,
  ],
  [{ kind: 'logged', line: { functionName: 'F', requestId: 'r', text: 'no json' } }, undefined],
  [
    {
      kind: 'logged',
      line: {
        functionName: 'F',
        requestId: 'r',
        text: '{"level":"INFO","message":"connected: resumed","outcome":"resumed","clientId":"a"}',
      },
    },
    /session {7}a {2}is resumed$/,
  ],
  [
    { kind: 'listener', logged: ['INFO', 'Connected', { clientId: 'a', protocolVersion: 5 }] },
    /connected {5}a {2}MQTT 5, packet edge$/,
  ],
  [
    {
      kind: 'logged',
      line: {
        functionName: 'F',
        requestId: 'r',
        text: '{"level":"INFO","message":"disconnected: ended","outcome":"ended","clientId":"a","reason":"CONNECTION_LOST"}',
      },
    },
    /disconnected {2}a {2}CONNECTION_LOST, packet edge$/,
  ],
  [
    { kind: 'listener', logged: ['WARN', 'A call failed', { clientId: 'a', error: 'no table' }] },
    /warn {10}listener {2}a: A call failed no table$/,
  ],
  [{ kind: 'listener', logged: ['INFO', 'Listening', {}] }, undefined],
  [{ kind: 'listener', logged: ['INFO', 'Disconnected', { clientId: 'a' }] }, undefined],
  [
    {
      kind: 'busEvent',
      busName: 'b',
      event: {
        id: '1',
        'detail-type': 'session.expired',
        source: 'mqtt-sessions',
        time: '2026-01-01T00:00:00Z',
        resources: [],
        detail: { clientId: 'a', reason: 'expired', lost: { messages: 2, bytes: 10, topics: ['t'] } },
      },
    },
    /session expired a {2}expired, 2 messages \(10 bytes\) lost with it$/,
  ],
])('%o', (observed, expected) => {
  const line = eventLine(observed, tables);
  if (expected === undefined) expect(line).toBeUndefined();
  else expect(line).toMatch(expected);
});

test('what devices send cannot move the cursor, break the line or turn the text', () => {
  expect(shown('a\u001b[31m\r\n\u0000\u202e\u2028b🚀')).toBe(
    'a\\u{1b}[31m\\u{d}\\u{a}\\u{0}\\u{202e}\\u{2028}b🚀',
  );
  expect(shown('x'.repeat(200))).toBe(`${'x'.repeat(120)}…`);
});

test('columns are as wide as their longest cell', () => {
  expect(
    table([
      ['topic', 'payload'],
      ['a', 'b'],
      ['longer one', ''],
    ]),
  ).toBe('topic       payload\na           b\nlonger one');
});
