import fc from 'fast-check';

/** Text that clients choose who mean no good, or do not care. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../../etc/passwd',
    '%',
    '%2F',
    '\u0000',
    '\ud800',
    '\u202e',
    '{}',
    '[object Object]',
    '__proto__',
    'constructor',
    '<script>alert(1)</script>',
    "' OR 1=1 --",
    '$share/g/a',
    '$SYS/#',
    '+',
    '#',
    '-1',
    '1e9',
    '99999999999999999999',
    'NaN',
    'null',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    'x'.repeat(1_000),
    'é'.repeat(1_001),
  ),
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, -1, 0.5, 1e300, [], {}, [[[]]], { __proto__: { a: 1 } }),
);
