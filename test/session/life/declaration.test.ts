import { describe, expect, it } from 'vitest';
import type { Connection } from '#session/life/connection';
import {
  type Declaration,
  declarationsOn,
  declaredCleanStart,
  declaredInterval,
  joinDeclaration,
  rememberDeclarations,
} from '#session/life/declaration';
import { T0 } from '#test/session/events/lifecycle-events';

const first: Connection = {
  sessionIdentifier: 'first',
  connectedAtMs: T0,
  seenAtMs: T0,
  disconnectedAtMs: T0 + 10_000,
};
const second: Connection = { sessionIdentifier: 'second', connectedAtMs: T0 + 12_000, seenAtMs: T0 + 12_000 };

function at(atMs: number, more: Partial<Declaration> = {}): Declaration {
  return { atMs: T0 + atMs, sessionExpiryInterval: 60, ...more };
}

describe('whose declaration it is', () => {
  it.each([
    ['made while it was connected', 5_000, 'first'],
    ['at the very moment it connected', 12_000, 'second'],
    ['between the two, near to the next, which is late by the clock', 11_000, 'second'],
    ['just before anything is known, near to the first', -5_000, 'first'],
    ['long before anything is known', -5_001, undefined],
  ])('%s', (_, atMs, expected) => {
    const declaration = at(atMs);
    const owner = [first, second].find(
      (each) => declarationsOn(each, [first, second], [declaration])[0] === declaration,
    );
    expect(owner?.sessionIdentifier).toBe(expected);
  });

  it('stays with the connection that stood, when the next came much later', () => {
    const late = { ...second, connectedAtMs: T0 + 600_000 };
    expect(declarationsOn(first, [first, late], [at(11_000)])).toEqual([at(11_000)]);
  });

  it('stays with a connection that was taken over seconds after it', () => {
    const { disconnectedAtMs: _, ...open } = first;
    expect(declarationsOn(open, [open, second], [at(11_000)])).toEqual([at(11_000)]);
  });
});

describe('what declarations amount to', () => {
  it('takes the first interval for that of CONNECT, later ones for those of DISCONNECT', () => {
    expect(declaredInterval(undefined, [at(0), at(1, { sessionExpiryInterval: 90 })])).toBe(90);
    expect(declaredInterval(undefined, [])).toBeUndefined();
    expect(declaredInterval(30, [{ atMs: T0, cleanStart: true }])).toBe(30);
  });

  it('does not raise the interval from 0, whatever is declared after it (3.14.2.2.2)', () => {
    expect(declaredInterval(0, [at(0)])).toBe(0);
    expect(declaredInterval(undefined, [at(0, { sessionExpiryInterval: 0 }), at(1)])).toBe(0);
    expect(declaredInterval(600, [at(0, { sessionExpiryInterval: 0 }), at(1)])).toBe(0);
  });

  it('takes the first word on Clean Start', () => {
    const words = [at(0), at(1, { cleanStart: false }), at(2, { cleanStart: true })];
    expect(declaredCleanStart(words)).toBe(false);
    expect(declaredCleanStart([at(0)])).toBeUndefined();
  });
});

describe('declarations that are remembered', () => {
  it('are in time order, each once', () => {
    const once = joinDeclaration(joinDeclaration([], at(2)), at(1));
    expect(once).toEqual([at(1), at(2)]);
    expect(joinDeclaration(once, at(2))).toBe(once);
    expect(joinDeclaration(once, at(2, { sessionExpiryInterval: 61 }))).toHaveLength(3);
    expect(joinDeclaration(once, at(2, { cleanStart: true }))).toHaveLength(3);
  });

  it('are all of them while there are few', () => {
    const few = Array.from({ length: 16 }, (_, index) => at(index));
    expect(rememberDeclarations(few, [first])).toBe(few);
  });

  it('are, of many, those that decide: Clean Start, an interval of 0, the first and the last interval', () => {
    const cleanStart = { atMs: T0 + 1, cleanStart: true };
    const many = Array.from({ length: 20 }, (_, index) =>
      at(10 + index, { sessionExpiryInterval: 100 + index }),
    );
    const zero = at(50, { sessionExpiryInterval: 0 });
    const after = Array.from({ length: 20 }, (_, index) =>
      at(60 + index, { sessionExpiryInterval: 200 + index }),
    );
    const onSecond = at(20_000, { cleanStart: false });
    const all = [cleanStart, ...many, zero, ...after, onSecond];
    const kept = rememberDeclarations(all, [first, second]);
    expect(kept).toEqual([cleanStart, many[0], zero, after.at(-1), onSecond]);
    for (const each of [first, second]) {
      const [some, every] = [kept, all].map((list) => declarationsOn(each, [first, second], list));
      expect(declaredInterval(300, some ?? [])).toBe(declaredInterval(300, every ?? []));
      expect(declaredCleanStart(some ?? [])).toBe(declaredCleanStart(every ?? []));
    }
  });
});
