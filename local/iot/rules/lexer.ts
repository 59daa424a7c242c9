import { RuleSqlError } from './errors.ts';

export type Token =
  | { kind: 'name'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'symbol'; text: string }
  | { kind: 'end' };

const PATTERNS: ReadonlyArray<readonly [RegExp, (text: string) => Token | undefined]> = [
  [/\s+/y, () => undefined],
  [/'(?:[^']|'')*'/y, (text) => ({ kind: 'string', value: text.slice(1, -1).replaceAll("''", "'") })],
  [/-?\d+(?:\.\d+)?/y, (text) => ({ kind: 'number', value: Number(text) })],
  [/[A-Za-z_][A-Za-z0-9_]*/y, (text) => ({ kind: 'name', text })],
  [/<>|<=|>=|[*(),.=<>]/y, (text) => ({ kind: 'symbol', text })],
];

/** The words of a statement, with an `end` as the last. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < sql.length) {
    const [length, token] = nextToken(sql, position);
    position += length;
    if (token !== undefined) tokens.push(token);
  }
  return [...tokens, { kind: 'end' }];
}

function nextToken(sql: string, position: number): [length: number, token: Token | undefined] {
  for (const [pattern, toToken] of PATTERNS) {
    pattern.lastIndex = position;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return [text.length, toToken(text)];
  }
  throw new RuleSqlError(sql, `${JSON.stringify(sql.charAt(position))} at position ${position} is not known`);
}

export function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end';
    case 'string':
      return `'${token.value}'`;
    case 'number':
      return String(token.value);
    case 'name':
    case 'symbol':
      return token.text;
  }
}
