import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  choosePacketPolicy,
  choosePolicy,
  FOLLOW_BROKER,
  matchesClientPattern,
} from '#session/configuration/policy';
import { randomSeed } from '#test/session/random-seed';

const policyFor = (clients: string) => ({ ...FOLLOW_BROKER, clients, queueQos0: true });

/** Tries every run of characters for every star. */
function naivelyMatches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') {
    return naivelyMatches(pattern.slice(1), text) || (text !== '' && naivelyMatches(pattern, text.slice(1)));
  }
  return pattern[0] === text[0] && naivelyMatches(pattern.slice(1), text.slice(1));
}

describe('client patterns', () => {
  it.each([
    ['durable-*', 'durable-7'],
    ['durable-*', 'durable-'],
    ['*', ''],
    ['*', 'a/b c😀'],
    ['**', 'a'],
    ['a*b', 'ab'],
    ['a*b*c', 'a-b-b-c'],
    ['*-7', 'a-7-7'],
    ['a', 'a'],
    ['a.c', 'a.c'],
    ['[a-z]+', '[a-z]+'],
    ['a*', 'a\nb'],
    ['x*y', 'x*y'],
  ])('%j matches %j', (pattern, clientId) => {
    expect(matchesClientPattern(pattern, clientId)).toBe(true);
  });

  it.each([
    ['durable-*', 'Durable-7'],
    ['durable-*', 'my-durable-7'],
    ['a', 'aa'],
    ['a', ''],
    ['ab*ba', 'aba'],
    ['a*b*c', 'a-c-b'],
    ['a*x*c', 'a-b-c'],
    ['*ab*ab', 'ab'],
    ['a.c', 'abc'],
  ])('%j does not match %j', (pattern, clientId) => {
    expect(matchesClientPattern(pattern, clientId)).toBe(false);
  });

  it('agrees with trying every run of characters', () => {
    const text = (alphabet: string[]) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((characters) => characters.join(''));
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(text(['a', 'b', '*', '*']), text(['a', 'b']), (pattern, clientId) => {
        const expected = naivelyMatches(pattern, clientId);
        seen[`${expected}`] += 1;
        expect(matchesClientPattern(pattern, clientId)).toBe(expected);
      }),
      { seed: randomSeed, numRuns: 10_000 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });

  it('does not backtrack', () => {
    const clientId = 'a'.repeat(65_535);
    const startedAtMs = performance.now();
    expect(matchesClientPattern(`${'a*'.repeat(100)}b`, clientId)).toBe(false);
    expect(matchesClientPattern(`${'*a'.repeat(100)}*b*`, clientId)).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(500);
  });
});

describe('choosing a policy', () => {
  it('takes the first that matches', () => {
    const policies = [policyFor('a-1'), policyFor('a-*'), policyFor('*')];
    expect(choosePolicy(policies, 'a-1')).toBe(policies[0]);
    expect(choosePolicy(policies, 'a-2')).toBe(policies[1]);
    expect(choosePolicy(policies, 'b')).toBe(policies[2]);
  });

  it('follows the broker for a client without one', () => {
    expect(choosePolicy([policyFor('a')], 'b')).toBe(FOLLOW_BROKER);
    expect(choosePolicy([], '')).toBe(FOLLOW_BROKER);
    expect(FOLLOW_BROKER).toEqual({
      clients: '*',
      edge: 'lifecycle',
      sessionExpiryInterval: 'broker',
      defaultSessionExpiryInterval: 0,
      maximumSessionExpiryInterval: 7 * 24 * 3600,
      mqtt311SessionExpiryInterval: 24 * 3600,
      queueQos0: false,
      maximumPendingMessages: 10_000,
      maximumPendingBytes: 256 * 1024 * 1024,
      overflow: 'drop-oldest',
      delivery: 'service',
      ignore: false,
    });
  });

  it('leaves the interval to CONNECT at the packet edge, for a client without one', () => {
    expect(choosePacketPolicy([policyFor('a')], 'b')).toEqual({
      ...FOLLOW_BROKER,
      sessionExpiryInterval: 'client',
    });
  });

  it.each(['client', 'never', 60] as const)(
    'is itself at the packet edge with an interval of %s',
    (interval) => {
      const policy = { ...policyFor('a'), sessionExpiryInterval: interval };
      expect(choosePacketPolicy([policy], 'a')).toEqual(policy);
    },
  );

  it('has the service deliver at the packet edge, where there is no other broker', () => {
    const policy = { ...policyFor('a'), delivery: 'broker' as const };
    expect(choosePacketPolicy([policy], 'a').delivery).toBe('service');
  });
});
