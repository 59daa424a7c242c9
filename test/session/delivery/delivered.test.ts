import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinDelivered } from '#session/delivery/delivered';
import { deliveredInAll, newlyDelivered, withDelivered } from '#session/delivery/delivered-in-all';
import { type Flow, startFlow } from '#session/flow/flow';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { SessionEvent } from '#session/life/transition';
import { LOG_START } from '#session/position';
import type { Session } from '#session/session';
import { deliveredIn, lifeWithFlows } from '../events/delivered-facts.ts';
import { connected, disconnected, live, rulesWith, sessionAfter, T0 } from '../events/lifecycle-events.ts';
import { randomSeed } from '../random-seed.ts';

const RUNS = 150;
const FIRST = `1:s1-${T0}`;
const rules = rulesWith({ sessionExpiryInterval: 'never' });

function ended(connect: SessionEvent, atMs: number, messages: number, incarnation = FIRST): SessionEvent {
  const end = disconnected(connect, atMs);
  if (end.kind !== 'connection') throw new Error('An end is of a connection');
  return { ...end, connection: { ...end.connection, delivered: { incarnation, messages } } };
}

const first = connected(1, T0);
const second = connected(2, T0 + 20);
const third = connected(3, T0 + 40);

const flowOf = (delivered: number | undefined, more: Partial<Flow> = {}): Flow => ({
  ...startFlow('client', FIRST, `s1-${T0}`, LOG_START),
  ...(delivered !== undefined && { delivered }),
  ...more,
});

describe('what flows have delivered', () => {
  it('counts once, however often its number is told', () => {
    const end = ended(first, T0 + 10, 3);
    expect(sessionAfter([first, end])).toMatchObject({ delivered: 3 });
    expect(sessionAfter([first, end, end])).toMatchObject({ delivered: 3 });
    expect(sessionAfter([first, end, second, end, ended(second, T0 + 30, 5)])).toMatchObject({
      delivered: 5,
    });
  });

  it('counts for each life by itself', () => {
    const other = ended(second, T0 + 30, 2, 'another');
    expect(sessionAfter([first, ended(first, T0 + 10, 3), second, other])).toMatchObject({ delivered: 5 });
  });

  it('is not lost where the connection was taken over meanwhile', () => {
    const end = ended(first, T0 + 21, 3);
    if (end.kind !== 'connection') throw new Error('An end is of a connection');
    const late = { ...end, connection: { ...end.connection, disconnectReason: 'DUPLICATE_CLIENTID' } };
    expect(sessionAfter([first, second, late])).toMatchObject({ delivered: 3, status: 'connected' });
  });

  it('adds to what the pump has delivered', () => {
    const start: Session = { ...sessionAfter([first]), delivered: 7 };
    expect(sessionAfter([ended(first, T0 + 10, 3), second], {}, start)).toMatchObject({ delivered: 10 });
  });

  it.each([
    [{ incarnation: 'a', messages: 1 }, undefined, { incarnation: 'a', messages: 1 }],
    [
      { incarnation: 'a', messages: 1 },
      { incarnation: 'a', messages: 2 },
      { incarnation: 'a', messages: 2 },
    ],
    [
      { incarnation: 'a', messages: 1 },
      { incarnation: 'b', messages: 1 },
      { incarnation: 'b', messages: 1 },
    ],
  ])('is the same whichever of %o and %o was told first', (one, other, joined) => {
    expect(joinDelivered(one, other)).toEqual(joined);
    expect(joinDelivered(other, one)).toEqual(joined);
  });

  it('is the same for every order and any duplication of what was told', () => {
    const lives = lifeWithFlows({ minLength: 1, maxLength: REMEMBERED_CONNECTIONS }).chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(lives, ([events, disordered]) => {
        expect(live(events, rules)?.delivered).toBe(deliveredIn(events));
        expect(live(disordered, rules)?.delivered).toBe(deliveredIn(events));
      }),
      { seed: randomSeed, numRuns: RUNS },
    );
  });

  it('stays when connections are forgotten', () => {
    const lives = lifeWithFlows({ minLength: REMEMBERED_CONNECTIONS + 1, maxLength: 14 });
    fc.assert(
      fc.property(lives, (events) => {
        expect(live([...events, ...events], rules)?.delivered).toBe(deliveredIn(events));
      }),
      { seed: randomSeed, numRuns: RUNS },
    );
  });
});

describe('a flow that has delivered more than its session knows', () => {
  const session = sessionAfter([first, ended(first, T0 + 10, 3), second]);

  it.each([
    [undefined, undefined, 3],
    [flowOf(undefined), undefined, 3],
    [flowOf(3), undefined, 3],
    [flowOf(2), undefined, 3],
    [flowOf(5), { incarnation: FIRST, messages: 5 }, 5],
    [flowOf(4, { incarnation: 'another' }), { incarnation: 'another', messages: 4 }, 7],
  ])('is seen: %#', (flow, newly, inAll) => {
    expect(newlyDelivered(session, flow)).toEqual(newly);
    expect(deliveredInAll(session, flow)).toBe(inAll);
  });

  it('is counted once, and tells of no end of a life a second time', () => {
    const told = withDelivered({ ...session, endedIncarnation: 'x', endReason: 'cleanStart' }, flowOf(5));
    if (told === undefined) throw new Error('More was delivered');
    expect(told).toMatchObject({ delivered: 5, revision: session.revision + 1 });
    expect(told).not.toHaveProperty('endedIncarnation');
    expect(told).not.toHaveProperty('endReason');
    expect(withDelivered(told, flowOf(5))).toBeUndefined();
    expect(sessionAfter([third, ended(third, T0 + 50, 6)], {}, told)).toMatchObject({ delivered: 6 });
  });

  it('is not told of a connection that is forgotten', () => {
    expect(withDelivered(session, flowOf(5, { connection: 'forgotten' }))).toBeUndefined();
  });
});

it('remembers a flow across connections that tell nothing of it', () => {
  const more = Array.from({ length: 2 * REMEMBERED_CONNECTIONS }, (_, index) =>
    connected(2 + index, T0 + 20 + index),
  );
  const last = more.at(-1) ?? second;
  const forgotten = sessionAfter([first, ended(first, T0 + 10, 3), ...more]);
  expect(forgotten.before?.delivered).toEqual({ incarnation: FIRST, messages: 3 });
  expect(sessionAfter([ended(last, T0 + 99, 4)], {}, forgotten)).toMatchObject({ delivered: 4 });
  expect(newlyDelivered(forgotten, flowOf(3))).toBeUndefined();
});
