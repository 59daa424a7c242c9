import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateFilter, candidateFilters, fitsKeys, shapeOf } from '#session/topics/shape';
import { matches } from '#session/topics/topic-filter';
import { randomSeed } from '#test/session/random-seed';
import { filters, naivelyMatches, topics } from '#test/session/topics/topic-arbitraries';

describe('shapes', () => {
  it.each([
    ['devices/+/cmd/#', 'l/+/l/#'],
    ['devices', 'l'],
    ['#', '#'],
    ['+', '+'],
    ['/', 'l/l'],
    ['a//b', 'l/l/l'],
    ['l/+', 'l/+'],
    ['$SYS/#', 'l/#'],
  ])('the shape of %s is %s', (filter, shape) => {
    expect(shapeOf(filter)).toBe(shape);
  });

  it.each([
    ['l/+/l/#', 'devices/1/cmd', 'devices/+/cmd/#'],
    ['l/+/l/#', 'devices/1/cmd/reboot/now', 'devices/+/cmd/#'],
    ['l/#', 'devices', 'devices/#'],
    ['#', 'a/b', '#'],
    ['+/l', 'a/b', '+/b'],
    ['l/l', '/', '/'],
    ['l/+', '$SYS/a', '$SYS/+'],
    ['+/+', 'a/$b', '+/+'],
  ])('of shape %s only a filter for %s is %s', (shape, topic, candidate) => {
    expect(candidateFilter(shape, topic)).toBe(candidate);
  });

  it.each([
    ['l/+/l/#', 'devices/1'],
    ['l', 'a/b'],
    ['l/l', 'a'],
    ['#', '$SYS'],
    ['+/l', '$SYS/a'],
  ])('no filter of shape %s can match %s', (shape, topic) => {
    expect(candidateFilter(shape, topic)).toBeUndefined();
  });

  it.each([
    ['a/+', true],
    ['x'.repeat(1_000), true],
    ['x'.repeat(1_001), false],
    ['/'.repeat(499), true],
    ['/'.repeat(500), false],
    ['ü'.repeat(501), false],
  ])('the filter %s and its shape are keys: %s', (filter, areKeys) => {
    expect(fitsKeys(filter)).toBe(areKeys);
  });

  it('names no candidate that is too long to be a filter', () => {
    const topic = `${'x'.repeat(800)}${'/'.repeat(200)}`;
    const shape = shapeOf(`x${'/+'.repeat(200)}`);
    expect(candidateFilters([shape, 'l/#'], topic)).toEqual([`${'x'.repeat(800)}/#`]);
  });

  it('names each candidate once', () => {
    expect(candidateFilters(['l/+', '#', 'l/+', 'l'], 'a/b')).toEqual(['a/+', '#']);
    expect(candidateFilters(new Set<string>(), 'a/b')).toEqual([]);
  });

  it('finds exactly the filters that a naive matcher finds', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.uniqueArray(filters, { maxLength: 40 }), topics, (all, topic) => {
        const known = new Set(all);
        const candidates = candidateFilters(new Set(all.map(shapeOf)), topic);
        const expected = all.filter((filter) => naivelyMatches(filter, topic));
        found += expected.length;
        expect(candidates.filter((filter) => known.has(filter)).sort()).toEqual(expected.sort());
        expect(new Set(candidates).size).toBe(candidates.length);
      }),
      { seed: randomSeed, numRuns: 3000 },
    );
    expect(found).toBeGreaterThan(1000);
  });

  it('proposes only filters of its shape that match', () => {
    fc.assert(
      fc.property(filters.map(shapeOf), topics, (shape, topic) => {
        const candidate = candidateFilter(shape, topic);
        if (candidate === undefined) return;
        expect(shapeOf(candidate)).toBe(shape);
        expect(matches(candidate, topic)).toBe(true);
      }),
      { seed: randomSeed, numRuns: 5000 },
    );
  });
});
