import { describe, expect, it } from 'vitest';
import { type SessionEvent, transition } from '#session/life/transition';
import { positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
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

const END = T0 + 10_000;
const first = connected(1, T0);
const firstEnd = disconnected(first, END);
const second = connected(2, END + 1_000);
const tenMinutes = { sessionExpiryInterval: 600 } as const;
const atOnce = { sessionExpiryInterval: 0 } as const;

function outcome(
  before: readonly SessionEvent[],
  event: SessionEvent,
  policy: Parameters<typeof rulesWith>[0],
  nowMs = END,
) {
  const rules = rulesWith(policy);
  return transition('client', live(before, rules), event, rules, nowMs);
}

describe('what an event means', () => {
  it.each<[string, SessionEvent[], SessionEvent, Parameters<typeof rulesWith>[0]]>([
    ['started', [], first, tenMinutes],
    ['started', [], seen(first, T0 + 3), tenMinutes],
    ['started', [first, firstEnd], connected(2, END + 600_000), tenMinutes],
    ['started', [first, firstEnd], second, atOnce],
    ['resumed', [first, firstEnd], second, tenMinutes],
    ['takenOver', [first], second, tenMinutes],
    ['disconnected', [first], firstEnd, tenMinutes],
    ['disconnected', [], firstEnd, tenMinutes],
    ['ended', [first], firstEnd, atOnce],
    ['ended', [], firstEnd, atOnce],
    ['ended', [first, firstEnd], declared(END - 1, { sessionExpiryInterval: 0 }), tenMinutes],
    ['lateConnect', [firstEnd], first, tenMinutes],
    ['lateConnect', [firstEnd], first, atOnce],
    ['changed', [first], declared(T0 + 5, { sessionExpiryInterval: 60 }), tenMinutes],
    ['changed', [first, connected(3, END + 2_000)], second, tenMinutes],
    ['duplicate', [first], first, tenMinutes],
    ['duplicate', [first, firstEnd], firstEnd, tenMinutes],
    ['duplicate', [first, firstEnd], first, tenMinutes],
    ['duplicate', [first], seen(first, T0 + 3), tenMinutes],
    ['stale', [first, second], disconnected(first, END + 1_001, 'DUPLICATE_CLIENTID'), tenMinutes],
    ['noSession', [], declared(T0, { cleanStart: true }), tenMinutes],
  ])('%s', (expected, before, event, policy) => {
    const result = outcome(before, event, policy);
    expect(result.outcome).toBe(expected);
    expect(result.isChange).toBe(!['duplicate', 'stale', 'noSession'].includes(expected));
  });

  it('started, when the session that the connection belongs to had ended by now', () => {
    const disconnectedAlready = disconnected(second, END + 2_000);
    expect(outcome([first, firstEnd], disconnectedAlready, tenMinutes, END + 700_000).outcome).toBe(
      'disconnected',
    );
    expect(outcome([first, firstEnd], second, tenMinutes, END + 700_000).outcome).toBe('started');
  });
});

describe('a late event', () => {
  it('does not connect a client that has gone: its own end has come before', () => {
    const session = sessionAfter([firstEnd, seen(first, T0 + 3), first], tenMinutes);
    expect(session).toMatchObject({ status: 'disconnected', endsAtMs: END + 600_000 });
  });

  it('does not bring back a session with an interval of 0', () => {
    expect(sessionAfter([firstEnd, first, seen(first, T0 + 3)], atOnce)).toMatchObject({
      status: 'ended',
      endsAtMs: END,
    });
  });

  it('of a connection that was taken over does not disconnect the client', () => {
    for (const reason of ['DUPLICATE_CLIENTID', 'CONNECTION_LOST']) {
      const events = [first, second, disconnected(first, END + 1_005, reason)];
      expect(sessionAfter(events, tenMinutes)).toMatchObject({ status: 'connected' });
    }
  });

  it("knows better than the broker's answer that a client was gone", () => {
    if (first.kind !== 'connection') throw new Error('A connection event is needed');
    const gone = { ...first, connection: { ...first.connection, goneAtMs: END + 50 } };
    expect(sessionAfter([gone], tenMinutes)).toMatchObject({
      status: 'disconnected',
      endsAtMs: END + 50 + 600_000,
    });
    expect(sessionAfter([gone, firstEnd], tenMinutes)).toMatchObject({ endsAtMs: END + 600_000 });
  });
});

describe('a session', () => {
  it('has a revision that rises with every write', () => {
    expect(sessionAfter([first, first, firstEnd, second], tenMinutes).revision).toBe(3);
  });

  it('shows the address and the principal of the newest connection', () => {
    const named = { ...first, ipAddress: '192.0.2.1', principal: 'certificate' } as SessionEvent;
    const session = sessionAfter(
      [named, seen(first, T0 + 3), declared(T0 + 4, { sessionExpiryInterval: 60 })],
      tenMinutes,
    );
    expect(session).toMatchObject({ ipAddress: '192.0.2.1', principal: 'certificate' });
    const older = { ...connected(0, T0 - 1_000), ipAddress: '192.0.2.9', principal: 'older' } as SessionEvent;
    expect(sessionAfter([older], tenMinutes, session)).toMatchObject({
      ipAddress: '192.0.2.1',
      principal: 'certificate',
    });
  });

  it('keeps its lease and its counts through events', () => {
    const kept = {
      stragglersFrom: positionAt(END),
      lease: { holder: 'run', untilMs: END },
      delivered: 7,
      drops: { expired: 1 },
    };
    const session: Session = { ...sessionAfter([first], tenMinutes), ...kept };
    expect(sessionAfter([firstEnd], tenMinutes, session)).toMatchObject(kept);
  });

  it('without a connection is refused', () => {
    const session = { ...sessionAfter([first], tenMinutes), connections: [] };
    expect(() => newestConnection(session)).toThrow('Session of client has no connection');
    const word = declared(T0, { cleanStart: true });
    expect(() => sessionAfter([word], tenMinutes, session)).toThrow('No connection of client is known');
  });
});
