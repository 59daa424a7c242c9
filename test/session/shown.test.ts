import { expect, it } from 'vitest';
import { shown } from '#session/shown';

it.each([
  [0.5, '0.5'],
  [Number.NaN, 'NaN'],
  ['3600', '"3600"'],
  [null, 'null'],
  [undefined, 'nothing'],
  [10n, '10n'],
  [{ seconds: 1 }, '{ seconds: 1 }'],
  ['x'.repeat(100), `"${'x'.repeat(79)}…`],
])('a message names %o as it came, and not at length', (value, text) => {
  expect(shown(value)).toBe(text);
});
