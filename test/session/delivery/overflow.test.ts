import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OverflowMeter, type Waiting } from '#session/delivery/overflow';
import { positionAt } from '#session/position';
import { T0 } from '#test/session/events/lifecycle-events';
import { randomSeed } from '#test/session/random-seed';

const at = (index: number) => positionAt(T0 + index);

function waiting(sizes: readonly number[]): Waiting[] {
  return sizes.map((bytes, index) => ({ position: at(index), topic: `t/${index}`, bytes }));
}

function measure(
  overflow: 'drop-oldest' | 'drop-newest',
  sizes: readonly number[],
  maximumPendingMessages: number,
  maximumPendingBytes = 1_000_000,
) {
  const meter = new OverflowMeter({ overflow, maximumPendingMessages, maximumPendingBytes });
  for (const each of waiting(sizes)) meter.add(each);
  return meter.result(at(sizes.length));
}

describe('messages that wait', () => {
  it.each(['drop-oldest', 'drop-newest'] as const)('all stay while they fit: %s', (overflow) => {
    expect(measure(overflow, [10, 10, 10], 3, 30)).toBeUndefined();
    expect(measure(overflow, [], 0, 0)).toBeUndefined();
  });

  it('the oldest give way to newer ones', () => {
    const found = measure('drop-oldest', [1, 1, 1, 1, 1], 3);
    expect(found).toMatchObject({ from: at(0), upTo: at(2), counts: { overflowMessages: 2 } });
  });

  it('the newest are refused', () => {
    const found = measure('drop-newest', [1, 1, 1, 1, 1], 3);
    expect(found).toMatchObject({ from: at(3), upTo: at(5), counts: { overflowMessages: 2 } });
  });

  it.each([
    ['drop-oldest', at(0), at(2), 2],
    ['drop-newest', at(2), at(4), 2],
  ] as const)('give way for their bytes too: %s', (overflow, from, upTo, overflowBytes) => {
    expect(measure(overflow, [40, 40, 40, 40], 10, 100)).toMatchObject({
      from,
      upTo,
      counts: { overflowBytes },
    });
  });

  it('a refused message is followed by no other, so that the order has no gap', () => {
    const found = measure('drop-newest', [40, 70, 1], 10, 100);
    expect(found).toMatchObject({ from: at(1), upTo: at(3), counts: { overflowBytes: 2 } });
  });

  it('one message larger than the limit gives way with all before it', () => {
    const found = measure('drop-oldest', [10, 10, 500], 10, 100);
    expect(found).toMatchObject({ from: at(0), upTo: at(3), counts: { overflowBytes: 3 } });
  });

  it('nothing may wait where the limit is 0', () => {
    expect(measure('drop-oldest', [1, 1], 0)).toMatchObject({ from: at(0), upTo: at(2) });
    expect(measure('drop-newest', [1, 1], 0)).toMatchObject({ from: at(0), upTo: at(2) });
  });

  it('the last three that give way are named, with their reason', () => {
    const { last } = measure('drop-oldest', Array<number>(9).fill(1), 2) ?? { last: [] };
    expect(last.map(({ topic, reason }) => [topic, reason])).toEqual([
      ['t/4', 'overflowMessages'],
      ['t/5', 'overflowMessages'],
      ['t/6', 'overflowMessages'],
    ]);
  });

  it('give way as a plain queue would let them', () => {
    const sizes = fc.array(fc.nat(50), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.nat(12), fc.nat(200), (each, messages, bytes) => {
        const queue: Waiting[] = [];
        for (const one of waiting(each)) {
          queue.push(one);
          const total = () => queue.reduce((sum, kept) => sum + kept.bytes, 0);
          while (queue.length > messages || total() > bytes) queue.shift();
        }
        const found = measure('drop-oldest', each, messages, bytes);
        const dropped = Object.values(found?.counts ?? {}).reduce((sum, count) => sum + count, 0);
        expect(dropped).toBe(each.length - queue.length);
        if (found !== undefined) expect(found.upTo).toBe(queue[0]?.position ?? at(each.length));
      }),
      { seed: randomSeed, numRuns: 2_000 },
    );
  });
});
