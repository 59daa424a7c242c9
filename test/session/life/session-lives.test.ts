import { describe, expect, it } from 'vitest';
import { identifiersOfLife, REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { SessionEvent } from '#session/life/transition';
import { newestConnection } from '#session/session';
import {
  connected,
  declared,
  disconnected,
  live,
  rulesWith,
  seen,
  sessionAfter,
  T0,
} from '#test/session/events/lifecycle-events';

const tenMinutes = { sessionExpiryInterval: 600 } as const;
const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;
const END = T0 + 10_000;
const first = connected(1, T0);
const firstEnd = disconnected(first, END);

/** Every end that was told on the way, in order. */
function endsTold(events: readonly SessionEvent[], policy: Parameters<typeof rulesWith>[0]) {
  const told: string[] = [];
  let session: ReturnType<typeof live>;
  for (const event of events) {
    const next = live([event], rulesWith(policy), session);
    const isNew = next !== session && next?.endedIncarnation !== undefined;
    if (isNew) told.push(`${next.endedIncarnation?.split('-')[0]} ${next.endReason}`);
    session = next;
  }
  return told;
}

describe('the end of a life is told', () => {
  const second = connected(2, END + 1_000);
  const word = declared(END + 1_005, { cleanStart: true });
  const late = connected(2, END + 600_000);

  it.each([
    [
      'once, when a clean start ends it',
      [first, firstEnd, second, word, word, second],
      client,
      ['1:s1 cleanStart'],
    ],
    [
      'once, when it has expired',
      [first, firstEnd, late, late, disconnected(late, END + 700_000)],
      tenMinutes,
      ['1:s1 expired'],
    ],
    [
      'once, when it ends with its connection',
      [first, firstEnd, firstEnd, first, second],
      { sessionExpiryInterval: 0 },
      ['1:s1 disconnected'],
    ],
    [
      'once, when a takeover ends it',
      [first, second, firstEnd],
      { sessionExpiryInterval: 0 },
      ['1:s1 takenOver'],
    ],
    ['not for a life that goes on', [first, firstEnd, second], tenMinutes, []],
    ['not for one that only got its name', [seen(first, T0 + 3), first, firstEnd], tenMinutes, []],
    ['not for one that turns out to have begun earlier', [second, first, firstEnd], tenMinutes, []],
    [
      'not for one without a name that turns out to have begun earlier',
      [seen(second, END + 1_003), firstEnd, first],
      tenMinutes,
      [],
    ],
    [
      'not for one that a clean start would have begun, had it been asked for',
      [first, firstEnd, late, disconnected(first, END + 1)],
      tenMinutes,
      ['1:s1 expired'],
    ],
  ] as const)('%s', (_, events, policy, told) => {
    expect(endsTold(events, policy)).toEqual(told);
  });

  it('not for one that began earlier than was known, after the one before it had expired', () => {
    const third = connected(3, END + 700_000);
    expect(endsTold([first, firstEnd, third, connected(2, END + 650_000)], tenMinutes)).toEqual([
      '1:s1 expired',
    ]);
  });

  it('with its own reason, though the client has come back once more meanwhile', () => {
    const third = connected(3, END + 610_000);
    // As if both were takeovers, until the end of the first becomes known.
    const before = sessionAfter([first, late, third], tenMinutes);
    expect(before).toMatchObject({ startedAtMs: T0, sessionPresent: true });
    const after = sessionAfter([firstEnd], tenMinutes, before);
    expect(after).toMatchObject({ sessionPresent: true, startedAtMs: END + 600_000, endReason: 'expired' });
  });
});

describe('a life whose name was not known yet', () => {
  it('takes its subscriptions along, until they are moved', () => {
    const named = sessionAfter([seen(first, T0 + 3), first], tenMinutes);
    expect(named).toMatchObject({ incarnation: `1:s1-${T0}`, rehome: true });
    expect(sessionAfter([firstEnd], tenMinutes, named).rehome).toBe(true);
    expect(sessionAfter([first, firstEnd], tenMinutes)).not.toHaveProperty('rehome');
  });
});

describe('clocks that disagree', () => {
  it('do not exclude a connection from its life: it took over, though it seems to have begun earlier', () => {
    const second = connected(2, T0 - 5);
    const session = sessionAfter([first, second], tenMinutes);
    expect(newestConnection(session).versionNumber).toBe(2);
    expect([...identifiersOfLife(session)]).toEqual([`s1-${T0}`, `s2-${T0 - 5}`]);
  });

  it('do not bring back the connections of a life that a clean start has ended', () => {
    const second = connected(2, T0 - 5);
    const session = sessionAfter([first, second, declared(T0, { cleanStart: true })], client);
    expect([...identifiersOfLife(session)]).toEqual([`s2-${T0 - 5}`]);
  });

  it('within one connection change nothing: its SUBSCRIBE came before its CONNECT, its end before both', () => {
    const events = [first, seen(first, T0 - 40), disconnected(first, T0 - 50)];
    const session = sessionAfter(events, tenMinutes);
    expect(session).toMatchObject({ status: 'disconnected', startedAtMs: T0, endsAtMs: T0 - 50 + 600_000 });
    expect(session.connections).toHaveLength(1);
  });

  it('do not make a version number that the broker has reset an old one', () => {
    const many = connected(9, T0);
    const back = connected(0, END + 3_700_000);
    for (const events of [
      [many, disconnected(many, END), back],
      [back, disconnected(many, END), many],
    ]) {
      const session = sessionAfter(events, { sessionExpiryInterval: 'never' });
      expect(session).toMatchObject({ status: 'connected', sessionPresent: true, startedAtMs: T0 });
      expect(newestConnection(session).versionNumber).toBe(0);
    }
  });
});

describe('more connections than are remembered one by one', () => {
  /** Connections of ten seconds, a minute apart. */
  const connectMs = (index: number) => T0 + index * 60_000;
  function run(count: number, on: (index: number) => SessionEvent[] = () => []): SessionEvent[] {
    return Array.from({ length: count }, (_, index) => {
      const connect = connected(index, connectMs(index));
      return [connect, ...on(index), disconnected(connect, connectMs(index) + 10_000)];
    }).flat();
  }

  it('are one life, which has not forgotten when it began', () => {
    const session = sessionAfter(run(12), tenMinutes);
    expect(session.connections).toHaveLength(REMEMBERED_CONNECTIONS);
    expect(session).toMatchObject({ startedAtMs: T0, incarnation: `0:s0-${T0}`, sessionPresent: true });
    expect(identifiersOfLife(session).size).toBe(REMEMBERED_CONNECTIONS);
  });

  it('ended by a clean start: what began then goes on', () => {
    const events = run(12, (index) =>
      index === 3 ? [declared(connectMs(3) + 5, { cleanStart: true })] : [],
    );
    expect(sessionAfter(events, client)).toMatchObject({ startedAtMs: connectMs(3), sessionPresent: true });
  });

  it.each([1, 5, 6, 7, 11])(
    'a clean start on connection %i does not reach back to those before it',
    (clean) => {
      const word = (index: number) =>
        index === clean ? [declared(connectMs(clean) + 5, { cleanStart: true })] : [];
      expect(endsTold(run(12, word), client)).toEqual(['0:s0 cleanStart']);
    },
  );

  it('each end with its own word: an interval declared by one does not count for another', () => {
    const goodbye = (index: number) => [
      declared(connectMs(index) + 9_999, { sessionExpiryInterval: 100 + index }),
    ];
    const session = sessionAfter(run(12, goodbye), client);
    expect(session).toMatchObject({ startedAtMs: T0, sessionExpiryInterval: 111 });
    expect(session.before?.sessionExpiryInterval).toBe(106);
  });

  it('a clean start declared on a short connection that is forgotten is not that of the next one', () => {
    const short = connected(2, T0 + 60_000);
    const begun = [
      first,
      firstEnd,
      short,
      declared(T0 + 60_005, { cleanStart: true }),
      disconnected(short, T0 + 60_010),
    ];
    const later = Array.from({ length: 6 }, (_, index) => connected(3 + index, T0 + 61_000 + index * 60_000));
    expect(sessionAfter([...begun, ...later], client).startedAtMs).toBe(T0 + 60_000);
  });

  it('stale events of those forgotten change nothing', () => {
    const events = run(12);
    const session = sessionAfter(events, tenMinutes);
    const subscribes = seen(connected(6, connectMs(6)), connectMs(6) + 5);
    for (const event of [...events.slice(0, 14), subscribes])
      expect(sessionAfter([event], tenMinutes, session)).toBe(session);
  });
});
