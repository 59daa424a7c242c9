import { expect, test } from 'vitest';
import { cursorsOf, pageStart } from '#api/cursor';

const asked = { prefix: 'meter-', limit: 5, cursor: undefined };
const cursors = cursorsOf('listSessions', asked);

test.each(['meter-7', 'é\u{1f600}', '{"after":"x"}', ' '])('the key %j comes back', (key) => {
  expect(cursors.decode(cursors.encode(key))).toBe(key);
  expect(cursors.encode(key)).toMatch(/^[\w-]+$/);
});

test('the limit may change from page to page', () => {
  const other = cursorsOf('listSessions', { ...asked, limit: 9, cursor: 'before' });
  expect(other.decode(cursors.encode('a'))).toBe('a');
});

test.each([
  ['operation', cursorsOf('listFilters', asked)],
  ['question', cursorsOf('listSessions', { prefix: 'meter' })],
])('a cursor of another %s is none', (_, other) => {
  expect(pageStart(other, cursors.encode('a'))).toEqual({ valid: false });
});

test('a cursor in which any character was changed is none', () => {
  const cursor = cursors.encode('meter-7');
  for (let index = 0; index < cursor.length; index += 1) {
    const changed = cursor.slice(0, index) + (cursor[index] === 'A' ? 'B' : 'A') + cursor.slice(index + 1);
    expect(cursors.decode(changed)).toBeUndefined();
  }
  expect(cursors.decode(cursor.slice(1))).toBeUndefined();
  expect(cursors.decode(`${cursor}=`)).toBeUndefined();
});
