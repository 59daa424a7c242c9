import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  basicIngestOf,
  filterProblem,
  matches,
  parseSharedFilter,
  topicProblem,
} from '#local/iot/topic-match';
import { randomSeed } from '#test/session/random-seed';

describe('matches', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/B', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/+', 'a/b/c', false],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a/', true],
    ['a/#', 'a', false],
    ['#', 'a/b', true],
    ['#', '$aws/x', false],
    ['+/x', '$aws/x', false],
    ['$aws/#', '$aws/x', true],
    ['+/+', '/x', true],
  ])('%s against %s: %s', (filter, topic, expected) => {
    expect(matches(filter, topic)).toBe(expected);
  });

  it('agrees with the filter as a regular expression', () => {
    const level = fc.constantFrom('', 'a', 'b', '$c', 'é');
    const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
    const filter = fc
      .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));
    fc.assert(
      fc.property(filter, topic, (someFilter, someTopic) => {
        const pattern = someFilter.replaceAll('$', '\\$').replaceAll('+', '[^/]*').replace(/#$/, '.*');
        const hidden = someTopic.startsWith('$') && /^[+#]/.test(someFilter);
        expect(matches(someFilter, someTopic)).toBe(!hidden && new RegExp(`^${pattern}$`).test(someTopic));
      }),
      { seed: randomSeed, numRuns: 2_000 },
    );
  });
});

describe('limits', () => {
  it('allow 256 bytes and 7 slashes', () => {
    expect(topicProblem('é'.repeat(128))).toBeUndefined();
    expect(topicProblem(`${'é'.repeat(128)}x`)).toContain('256');
    expect(topicProblem('a/b/c/d/e/f/g/h')).toBeUndefined();
    expect(topicProblem('a/b/c/d/e/f/g/h/')).toContain('slashes');
    expect(filterProblem('a/b/c/d/e/f/g/#')).toBeUndefined();
    expect(filterProblem('+/+/+/+/+/+/+/+/+')).toContain('slashes');
  });

  it('do not count the prefix of Basic Ingest, nor that of a shared subscription', () => {
    expect(topicProblem('$aws/rules/name/a/b/c/d/e/f/g/h')).toBeUndefined();
    expect(filterProblem('$share/name/a/b/c/d/e/f/g/h')).toBeUndefined();
    expect(filterProblem(`$share/${'n'.repeat(129)}/a`)).toContain('share name');
  });

  it.each([
    '',
    'a+',
    '#/a',
    'a/#/b',
    'a#',
    '+a',
    'a\0',
    '$share/group',
    '$share//a',
    '$share/a+/b',
    '$share/group/',
  ])('refuse the filter %j', (filter) => {
    expect(filterProblem(filter)).toEqual(expect.any(String));
  });

  it.each(['', 'a/+', 'a/#', 'a\0'])('refuse the topic %j', (topic) => {
    expect(topicProblem(topic)).toEqual(expect.any(String));
  });
});

describe('prefixes', () => {
  it('are taken off', () => {
    expect(basicIngestOf('$aws/rules/name/a/b')).toEqual({ ruleName: 'name', topic: 'a/b' });
    expect(basicIngestOf('$aws/rules/name')).toEqual({ ruleName: 'name', topic: '' });
    expect(basicIngestOf('$aws/rulesx/name')).toBeUndefined();
    expect(parseSharedFilter('$share/group/a/#')).toEqual({ shareName: 'group', filter: 'a/#' });
    expect(parseSharedFilter('a/#')).toEqual({ filter: 'a/#' });
  });
});
