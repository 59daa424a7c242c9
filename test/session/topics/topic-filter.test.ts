import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTopicFilter, matches, overlaps, parseSharedFilter } from '#session/topics/topic-filter';
import { IOT_CORE_LIMITS } from '#session/topics/topic-name';
import { randomSeed } from '#test/session/random-seed';
import { filters, naivelyMatches, topics } from '#test/session/topics/topic-arbitraries';

const deep = (levels: number) => Array.from({ length: levels }, () => '+').join('/');

describe('topic filters', () => {
  it.each([
    'a',
    '#',
    '+',
    '/',
    '+/+',
    '/+',
    '+/#',
    'a/+/b/#',
    '$SYS/#',
    '$share',
    '$shared/a/b',
    '$share/group/a',
    '$share/group//',
    '$share/group/#',
    '$share/gr üp/+/b',
    '$share/a/b\nc',
  ])('takes %j', (filter) => {
    expect(checkTopicFilter(filter)).toEqual({ valid: true });
  });

  it.each([
    ['', 'MQTT-4.7.3-1'],
    ['a\0', 'MQTT-4.7.3-2'],
    ['\ud800', 'MQTT-1.5.4-1'],
    ['a/#/b', 'MQTT-4.7.1-1'],
    ['a#', 'MQTT-4.7.1-1'],
    ['#a', 'MQTT-4.7.1-1'],
    ['##', 'MQTT-4.7.1-1'],
    ['#/', 'MQTT-4.7.1-1'],
    ['a+', 'MQTT-4.7.1-2'],
    ['+a/b', 'MQTT-4.7.1-2'],
    ['a/++', 'MQTT-4.7.1-2'],
    ['$share/', 'MQTT-4.8.2-2'],
    ['$share//a', 'MQTT-4.8.2-1'],
    ['$share/group', 'MQTT-4.8.2-2'],
    ['$share/group/', 'MQTT-4.8.2-2'],
    ['$share/gr+up/a', 'MQTT-4.8.2-2'],
    ['$share/#/a', 'MQTT-4.8.2-2'],
    ['$share/group/a/#/b', 'MQTT-4.7.1-1'],
    ['$share/group/a+', 'MQTT-4.7.1-2'],
  ])('refuses %j for [%s]', (filter, clause) => {
    expect(checkTopicFilter(filter)).toEqual({ valid: false, clause, reason: expect.any(String) });
  });

  it.each(['a'.repeat(65_536), `$share/${'g'.repeat(65_535)}/a`, `$share/group/${'a'.repeat(65_535)}`])(
    'refuses case $# for its length [MQTT-4.7.3-3]',
    (filter) => {
      expect(checkTopicFilter(filter)).toMatchObject({ valid: false, clause: 'MQTT-4.7.3-3' });
    },
  );

  it('says what came and what is allowed', () => {
    expect(checkTopicFilter('a/#/b')).toMatchObject({
      reason: '# stands alone in the last level, but not in "a/#/b"',
    });
    expect(checkTopicFilter('$share/group')).toMatchObject({
      reason: 'a shared subscription is $share/<share name>/<filter>, but "$share/group" lacks a part',
    });
  });

  it("keeps IoT Core's levels and bytes, not counting the share", () => {
    const clause = 'AWS IoT Core message broker quotas';
    expect(checkTopicFilter(deep(8), IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicFilter(deep(9), IOT_CORE_LIMITS)).toMatchObject({ valid: false, clause });
    expect(checkTopicFilter(`$share/group/${deep(8)}`, IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicFilter(`$share/group/${deep(9)}`, IOT_CORE_LIMITS)).toMatchObject({ clause });
    expect(checkTopicFilter(`$share/group/${'a'.repeat(256)}`, IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicFilter(`$share/group/${'a'.repeat(257)}`, IOT_CORE_LIMITS)).toMatchObject({ clause });
    expect(checkTopicFilter(`$share/${'g'.repeat(128)}/a`, IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicFilter(`$share/${'g'.repeat(129)}/a`, IOT_CORE_LIMITS)).toEqual({
      valid: false,
      clause,
      reason: 'a share name has at most 128 characters, but this one has 129',
    });
  });

  it.each([
    ['$share/group/a/b', { shareName: 'group', filter: 'a/b' }],
    ['$share/group//', { shareName: 'group', filter: '/' }],
    ['$share/group/$share/b/c', { shareName: 'group', filter: '$share/b/c' }],
    ['$share/g\n/a\nb', { shareName: 'g\n', filter: 'a\nb' }],
    ['a/b', { filter: 'a/b' }],
    ['$share/group', { filter: '$share/group' }],
    ['$share//a', { filter: '$share//a' }],
    ['$shared/group/a', { filter: '$shared/group/a' }],
    ['x/$share/group/a', { filter: 'x/$share/group/a' }],
  ])('splits %j', (filter, parts) => {
    expect(parseSharedFilter(filter)).toEqual(parts);
  });
});

describe('matching', () => {
  // The examples of MQTT 5.0, 4.7.1 to 4.7.3, and their borders.
  it.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1'],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking'],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon'],
    ['sport/#', 'sport'],
    ['sport/#', 'sport/'],
    ['#', '/'],
    ['sport/tennis/+', 'sport/tennis/player1'],
    ['sport/+', 'sport/'],
    ['+/+', '/finance'],
    ['/+', '/finance'],
    ['+', 'finance'],
    ['/#', '/'],
    ['+/#', 'a'],
    ['$SYS/#', '$SYS'],
    ['$SYS/+', '$SYS/a'],
    ['a/+', 'a/$b'],
    ['a/#', 'a/$b'],
    ['a//b', 'a//b'],
  ])('%s matches %s', (filter, topic) => {
    expect(matches(filter, topic)).toBe(true);
  });

  it.each([
    ['sport/tennis/+', 'sport/tennis/player1/ranking'],
    ['sport/+', 'sport'],
    ['+', '/finance'],
    ['#', '$SYS'],
    ['+/monitor/Clients', '$SYS/monitor/Clients'],
    ['+/#', '$SYS/a'],
    ['a', 'A'],
    ['a', '/a'],
    ['a/', 'a'],
    ['a', 'a/'],
    ['a/b/#', 'a'],
    ['ACCOUNTS', 'Accounts'],
  ])('%s does not match %s', (filter, topic) => {
    expect(matches(filter, topic)).toBe(false);
  });

  it('agrees with a plain reading of the clauses', () => {
    let found = 0;
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        const expected = naivelyMatches(filter, topic);
        if (expected) found += 1;
        expect(matches(filter, topic)).toBe(expected);
      }),
      { seed: randomSeed, numRuns: 20_000 },
    );
    expect(found).toBeGreaterThan(500);
  });
});

describe('overlapping', () => {
  it.each([
    ['a', 'a'],
    ['a/+', '+/b'],
    ['a/#', 'a'],
    ['a', 'a/#'],
    ['#', '+/+/+'],
    ['a/b/c', 'a/#'],
    ['$SYS/#', '$SYS/+/x'],
    ['+', '#'],
  ])('%s and %s', (filterA, filterB) => {
    expect(overlaps(filterA, filterB)).toBe(true);
  });

  it.each([
    ['a', 'b'],
    ['a/+', 'a'],
    ['a', 'a/b'],
    ['a/b/#', 'a'],
    ['a/b/#', 'a/c/#'],
    ['#', '$SYS/#'],
    ['$SYS/x', '+/x'],
    ['+/x/a', '+/y/#'],
    ['+', '/#'],
  ])('not %s and %s', (filterA, filterB) => {
    expect(overlaps(filterA, filterB)).toBe(false);
    expect(overlaps(filterB, filterA)).toBe(false);
  });

  it('is having a topic in common, of all topics there are', () => {
    // `z` is in no filter, so it stands for every other literal; one level more than any filter has is enough.
    const alphabet = ['', 'a', 'b', '$a', 'z'];
    const grow = (shorter: string[]) => shorter.flatMap((start) => alphabet.map((end) => `${start}/${end}`));
    const all = [alphabet, grow(alphabet), grow(grow(alphabet)), grow(grow(grow(alphabet)))].flat();
    const everyTopic = all.filter((topic) => topic !== '');
    const smallFilters = filters.filter(
      (filter) => /^[ab$+#/]*$/.test(filter) && filter.split('/').length <= 3,
    );
    const seen = { overlapping: 0, apart: 0 };
    fc.assert(
      fc.property(smallFilters, smallFilters, (filterA, filterB) => {
        const expected = everyTopic.some(
          (topic) => naivelyMatches(filterA, topic) && naivelyMatches(filterB, topic),
        );
        seen[expected ? 'overlapping' : 'apart'] += 1;
        expect(overlaps(filterA, filterB)).toBe(expected);
        expect(overlaps(filterB, filterA)).toBe(expected);
      }),
      { seed: randomSeed, numRuns: 2000 },
    );
    expect(Math.min(seen.overlapping, seen.apart)).toBeGreaterThan(100);
  });
});
