import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { giveUp, giveWay, isTaken, settle, TakenPositions, take } from '#session/flow/reading';
import { LOG_START, type Position, positionAt, positionOf } from '#session/position';
import { T0 } from '#test/session/events/lifecycle-events';
import { randomSeed } from '#test/session/random-seed';
import { at, newFlow } from './flows.ts';

const flow = newFlow({ cursor: positionAt(T0) });

describe('what was read of the log', () => {
  it('begins with everything before the cursor', () => {
    expect(isTaken(flow, at(-1))).toBe(true);
    expect(isTaken(flow, positionAt(T0))).toBe(false);
    expect(isTaken(flow, at(0))).toBe(false);
  });

  it('has what was taken ahead of the cursor, in whatever order, ascending', () => {
    const read = [at(5), at(1), at(3)].reduce(take, flow);
    expect(read.ahead).toEqual([at(1), at(3), at(5)]);
    expect([1, 2, 3, 4, 5, 6].map((ms) => isTaken(read, at(ms)))).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(read.cursor).toBe(flow.cursor);
  });

  it('is the same when something is taken again', () => {
    const read = take(flow, at(5));
    expect(take(read, at(5))).toBe(read);
    expect(take(read, at(-5))).toBe(read);
  });

  it('is looked up as it is gone through, with what is taken meanwhile', () => {
    const positions = new TakenPositions(giveWay(take(flow, at(1, 'one')), { from: at(7), upTo: at(8) }));
    positions.add(at(2, 'two'));
    const asked = [at(-1), at(1, 'one'), at(900, 'one'), at(3), at(2, 'two'), at(900, 'two'), at(7), at(8)];
    expect(asked.map((each) => positions.has(each))).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('has a message that was appended twice, at both of its places', () => {
    const read = take(flow, at(1, 'one'));
    expect(isTaken(read, at(900, 'one'))).toBe(true);
    expect(isTaken(read, at(900, 'other'))).toBe(false);
    expect(isTaken(take(flow, at(900, 'one')), at(1, 'one'))).toBe(true);
  });

  it('knows a copy that was passed over, when the cursor has passed the first one', () => {
    const read = [at(1, 'one'), at(900, 'one')].reduce(take, flow);
    const settled = settle(read, at(500));
    expect(settled.ahead).toEqual([at(900, 'one')]);
    expect(isTaken(settled, at(900, 'one'))).toBe(true);
  });

  it('moves the cursor on, and never back', () => {
    const read = [at(1), at(2), at(3)].reduce(take, flow);
    const settled = settle(read, at(2));
    expect(settled.cursor).toBe(at(2));
    expect(settled.ahead).toEqual([at(2), at(3)]);
    expect(settle(settled, LOG_START)).toEqual(settled);
  });
});

describe('what gives way because too much waits', () => {
  const limited = giveWay(flow, { from: at(2), upTo: at(5) });

  it('counts as taken, and nothing beside it', () => {
    expect([1, 2, 4, 5].map((ms) => isTaken(limited, at(ms)))).toEqual([false, true, true, false]);
  });

  it('grows when limits are looked at again', () => {
    const more = giveWay(limited, { from: at(4), upTo: at(8) });
    expect(more.skip).toEqual({ from: at(2), upTo: at(8) });
    expect(giveWay(more, { from: at(1), upTo: at(3) }).skip).toEqual({ from: at(1), upTo: at(8) });
  });

  it('is forgotten once the cursor has passed it', () => {
    expect(settle(limited, at(4)).skip).toEqual(limited.skip);
    expect(settle(limited, at(5))).not.toHaveProperty('skip');
  });
});

it('never takes anything twice and never forgets what was taken, wherever the cursor stands', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(50)), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (all) => {
      let read = flow;
      const taken = new Set<Position>();
      let upTo = read.cursor;
      for (const [settles, ms] of all) {
        if (settles) {
          read = settle(read, positionAt(T0 + ms));
          if (positionAt(T0 + ms) > upTo) upTo = positionAt(T0 + ms);
        } else {
          taken.add(at(ms));
          read = take(read, at(ms));
        }
        expect(read.ahead).toEqual(read.ahead.toSorted());
        const positions = new TakenPositions(read);
        for (let each = 0; each <= 50; each += 1) {
          expect(isTaken(read, at(each))).toBe(at(each) < upTo || taken.has(at(each)));
          expect(positions.has(at(each))).toBe(isTaken(read, at(each)));
        }
      }
    }),
    { seed: randomSeed, numRuns: 200 },
  );
});

describe('what an operator gives up', () => {
  it('is everything before a position, also what an earlier limit had left', () => {
    const given = giveUp(giveWay(flow, { from: at(2), upTo: at(4) }), at(9));
    expect([0, 3, 8, 9].map((ms) => isTaken(given, at(ms)))).toEqual([true, true, true, false]);
    expect(giveUp(given, at(5)).skip?.upTo).toBe(at(9));
  });

  it('leaves known which messages were taken, so that no copy of one is taken for another', () => {
    const given = giveUp(take(flow, at(1)), at(9));
    expect(isTaken(given, positionOf(T0 + 20, 'message 1'))).toBe(true);
  });

  it('leaves the last answer what it was, however often something is given up', () => {
    const given = giveUp({ ...flow, revision: 7 }, at(9));
    expect(giveUp({ ...given, revision: 8 }, at(10)).answered).toBe(7);
  });
});
