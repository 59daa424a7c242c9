import { expect, test } from 'vitest';
import { jsonLines } from '#listener/log';

function lineOf(details: Record<string, string>): string {
  const lines: string[] = [];
  jsonLines((line) => lines.push(line))('INFO', 'Connected', details);
  return lines.join('');
}

test('an event is one line of JSON with level, message and time', () => {
  expect(JSON.parse(lineOf({ clientId: 'a' }))).toEqual({
    level: 'INFO',
    message: 'Connected',
    service: 'mqtt-packet-listener',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    clientId: 'a',
  });
});

test('what a client chose can neither end the line nor move a cursor, and comes back as it was', () => {
  const clientId = 'a\n\u001b[2J\u007f\u0085\u2028\u202e é 漢';
  const line = lineOf({ clientId });
  expect(line).toMatch(/^[\x20-\x7e]*\n$/);
  expect(JSON.parse(line).clientId).toBe(clientId);
});

test('a long text is cut', () => {
  expect(lineOf({ error: 'x'.repeat(100_000) }).length).toBeLessThan(1_000);
});
