import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '#session/life/transition';
import { releasedWills, type SessionWill, withoutDueWill } from '#session/life/will';
import { positionOf } from '#session/position';
import { endedByOperator } from '#test/session/events/operator-events';
import { connected, disconnected, live, rulesWith, sessionAfter, T0 } from '../events/lifecycle-events.ts';

const SECOND = 1_000;
const END = T0 + 10 * SECOND;
const CLIENT = { sessionExpiryInterval: 'client' } as const;

interface Connect {
  readonly delaySeconds?: number;
  readonly sessionExpiryInterval?: number;
  readonly cleanStart?: boolean;
}

/** A CONNECT of the packet edge, with a will unless its delay is left out. */
function connect(version: number, atMs: number, asked: Connect): SessionEvent & { kind: 'connection' } {
  const { delaySeconds, sessionExpiryInterval = 600, cleanStart = false } = asked;
  const event = connected(version, atMs) as SessionEvent & { kind: 'connection' };
  const { sessionIdentifier } = event.connection;
  const will = delaySeconds === undefined ? undefined : willOf(sessionIdentifier, delaySeconds);
  const declaration = { atMs, cleanStart, sessionExpiryInterval };
  return { ...event, declaration, ...(will && { will }) };
}

function willOf(connection: string, delaySeconds: number): SessionWill {
  return { connection, delaySeconds, position: positionOf(T0, `${connection}:will`) };
}

function willIn({ will }: { will?: SessionWill }): SessionWill {
  if (will === undefined) throw new Error('This CONNECT has no will');
  return will;
}

const sessionOf = (...events: readonly SessionEvent[]) => sessionAfter(events, CLIENT);
const goodbye = 'CLIENT_INITIATED_DISCONNECT';

describe('a will', () => {
  const first = connect(1, T0, { delaySeconds: 60 });
  const own = willIn(first);

  it('[MQTT-3.1.2-7] is kept with the session while its connection stands', () => {
    expect(sessionOf(first).will).toEqual(own);
    expect(sessionOf(first).dueWills).toBeUndefined();
  });

  it('is not kept for a CONNECT without one', () => {
    expect(sessionOf(connect(1, T0, {}))).not.toHaveProperty('will');
  });

  it('[MQTT-3.14.4-3] is removed unpublished by a DISCONNECT with reason code 0x00', () => {
    const session = sessionOf(first, disconnected(first, END, goodbye));
    expect(session).not.toHaveProperty('will');
    expect(session).not.toHaveProperty('dueWills');
  });

  it.each([
    'CONNECTION_LOST',
    'MQTT_KEEP_ALIVE_TIMEOUT',
    'CLIENT_ERROR',
    'SERVER_ERROR',
    'DISCONNECT_WITH_WILL',
  ])('[MQTT-3.1.2-8] is due after its delay when the connection ends by %s', (reason) => {
    const session = sessionOf(first, disconnected(first, END, reason));
    expect(session.dueWills).toEqual([{ ...own, atMs: END + 60 * SECOND }]);
    expect(session).not.toHaveProperty('will');
  });

  it('[MQTT-3.1.2-8] is due at once without a delay', () => {
    const hasty = connect(1, T0, { delaySeconds: 0 });
    expect(sessionOf(hasty, disconnected(hasty, END)).dueWills).toMatchObject([{ atMs: END }]);
  });

  it('[MQTT-3.1.2-8] is due when the session ends, if that is before its delay has passed', () => {
    const short = connect(1, T0, { delaySeconds: 60, sessionExpiryInterval: 20 });
    expect(sessionOf(short, disconnected(short, END)).dueWills).toMatchObject([{ atMs: END + 20 * SECOND }]);
  });

  it('[MQTT-3.1.2-8] is due after its delay when the session never ends', () => {
    const endless = connect(1, T0, { delaySeconds: 4_000_000_000, sessionExpiryInterval: 0xffffffff });
    const session = sessionAfter([endless, disconnected(endless, END)], {
      ...CLIENT,
      maximumSessionExpiryInterval: 0xffffffff,
    });
    expect(session.dueWills).toMatchObject([{ atMs: END + 4_000_000_000 * SECOND }]);
  });

  it('is due at once when the session ends with its connection', () => {
    const clean = connect(1, T0, { delaySeconds: 60, sessionExpiryInterval: 0 });
    const session = sessionOf(clean, disconnected(clean, END));
    expect(session).toMatchObject({ status: 'ended', dueWills: [{ atMs: END }] });
  });

  it('is due with the interval that DISCONNECT has set', () => {
    const end = disconnected(first, END, 'DISCONNECT_WITH_WILL');
    const shortened = { ...end, declaration: { atMs: END, sessionExpiryInterval: 5 } };
    expect(sessionOf(first, shortened as SessionEvent).dueWills).toMatchObject([{ atMs: END + 5 * SECOND }]);
  });

  it('is decided once: an end that is told again, with another reason or time, changes nothing', () => {
    const lost = disconnected(first, END);
    const once = sessionOf(first, lost).dueWills;
    expect(sessionOf(first, lost, lost).dueWills).toEqual(once);
    expect(sessionOf(first, lost, disconnected(first, END + SECOND, 'SERVER_ERROR')).dueWills).toEqual(once);
    const away = [first, disconnected(first, END, goodbye), disconnected(first, END + 5)];
    expect(sessionOf(...away)).not.toHaveProperty('dueWills');
  });

  it('is not due after all when its client had said goodbye before the loss was noticed', () => {
    expect(sessionOf(first, disconnected(first, END), disconnected(first, END, goodbye))).not.toHaveProperty(
      'dueWills',
    );
  });

  it('is decided all the same when the end of its connection comes first', () => {
    const events = [disconnected(first, END), first];
    expect(sessionOf(...events).dueWills).toEqual([{ ...own, atMs: END + 60 * SECOND }]);
    expect(sessionOf(disconnected(first, END, goodbye), first)).not.toHaveProperty('dueWills');
  });

  it('is due at once when an operator ends the session in which it waits [MQTT-3.1.2-8]', () => {
    const ended = sessionOf(first, disconnected(first, END), endedByOperator(first, END + SECOND));
    expect(ended.dueWills).toEqual([{ ...own, atMs: END + SECOND }]);
  });

  it('stays with a connection that stands although an operator has ended the session, and is due with its end', () => {
    const ended = [first, endedByOperator(first, END - SECOND)];
    expect(sessionOf(...ended).will).toEqual(own);
    expect(sessionOf(...ended, disconnected(first, END)).dueWills).toEqual([{ ...own, atMs: END - SECOND }]);
  });

  it('does not come back with a CONNECT that is handled again after it was published', () => {
    const session = sessionOf(first, disconnected(first, END));
    const again = live([first], rulesWith(CLIENT), withoutDueWill(session, own.connection));
    expect(again).not.toHaveProperty('will');
    expect(again).not.toHaveProperty('dueWills');
  });

  it('stays with the session when a device declares something', () => {
    const declaration: SessionEvent = {
      kind: 'declaration',
      declaration: { atMs: T0 + 5, sessionExpiryInterval: 30 },
    };
    expect(sessionOf(first, declaration).will).toEqual(own);
  });
});

describe('a new connection while the old one stands', () => {
  it.each([
    ['[MQTT-3.1.3-9] drops a will with a delay when the session goes on', { delaySeconds: 60 }, {}, false],
    ['has a will without a delay published', { delaySeconds: 0 }, {}, true],
    [
      'has a will published with Clean Start, whatever its delay',
      { delaySeconds: 60 },
      { cleanStart: true },
      true,
    ],
    [
      'has a will published when the interval was 0: the session ends at the takeover',
      { delaySeconds: 60, sessionExpiryInterval: 0 },
      {},
      true,
    ],
  ])('%s', (_name, old, asked, isDue) => {
    const first = connect(1, T0, old);
    const second = connect(2, END, asked);
    const expected = isDue ? [{ ...willIn(first), atMs: END }] : undefined;
    expect(sessionOf(first, second).dueWills).toEqual(expected);
    expect(sessionOf(first, second)).not.toHaveProperty('will');
    // The end of the old connection is noticed afterwards, or a little before and told late.
    for (const atMs of [END + 5, END - 5]) {
      expect(sessionOf(first, second, disconnected(first, atMs)).dueWills).toEqual(expected);
    }
    expect(sessionOf(first, second, second, first).dueWills).toEqual(expected);
  });

  it('keeps its own will beside the one that is due', () => {
    const first = connect(1, T0, { delaySeconds: 0 });
    const second = connect(2, END, { delaySeconds: 30 });
    expect(sessionOf(first, second)).toMatchObject({
      will: willIn(second),
      dueWills: [{ ...willIn(first), atMs: END }],
    });
  });

  it('leaves wills due that nobody could publish yet, of several connections', () => {
    const three = [1, 2, 3].map((version) => connect(version, T0 + version * SECOND, { delaySeconds: 0 }));
    const [one, two, last] = three;
    if (one === undefined || two === undefined || last === undefined) throw new Error('Three connections');
    const session = sessionOf(...three, disconnected(last, END));
    expect(session.dueWills).toEqual([
      { ...willIn(one), atMs: T0 + 2 * SECOND },
      { ...willIn(two), atMs: T0 + 3 * SECOND },
      { ...willIn(last), atMs: END },
    ]);
    const { connection } = willIn(two);
    expect(withoutDueWill(session, connection).dueWills?.map((will) => will.connection)).toEqual([
      willIn(one).connection,
      willIn(last).connection,
    ]);
  });
});

describe('a new connection after the old one', () => {
  const first = connect(1, T0, { delaySeconds: 60 });
  const lost = disconnected(first, END);
  const own = willIn(first);

  it('[MQTT-3.1.3-9] drops the will when the session is resumed before the delay has passed', () => {
    expect(sessionOf(first, lost, connect(2, END + 59_999, {}))).not.toHaveProperty('dueWills');
  });

  it('leaves the will due when the delay had passed, if nobody has published it yet', () => {
    const due = [{ ...own, atMs: END + 60 * SECOND }];
    expect(sessionOf(first, lost, connect(2, END + 60 * SECOND, {})).dueWills).toEqual(due);
    expect(sessionOf(first, lost, connect(2, END + 70 * SECOND, { cleanStart: true })).dueWills).toEqual(due);
  });

  it('has the will published at once when it ends the session with Clean Start', () => {
    expect(sessionOf(first, lost, connect(2, END + SECOND, { cleanStart: true })).dueWills).toEqual([
      { ...own, atMs: END + SECOND },
    ]);
  });

  it('leaves the will due at the end of a session that has expired', () => {
    const short = connect(1, T0, { delaySeconds: 60, sessionExpiryInterval: 20 });
    const session = sessionOf(short, disconnected(short, END), connect(2, END + 30 * SECOND, {}));
    expect(session.dueWills).toMatchObject([{ atMs: END + 20 * SECOND }]);
  });
});

describe('wills that a session no longer holds', () => {
  const first = connect(1, T0, { delaySeconds: 60 });
  const second = connect(2, END, { delaySeconds: 60 });

  it('are none while the will stands or is due', () => {
    const [before, ended] = [sessionOf(first), sessionOf(first, disconnected(first, END))];
    expect(releasedWills(before, before)).toEqual([]);
    expect(releasedWills(before, ended)).toEqual([]);
  });

  it('are those that were dropped or published', () => {
    expect(releasedWills(sessionOf(first), sessionOf(first, second))).toEqual([willIn(first)]);
    const due = sessionOf(first, disconnected(first, END));
    expect(releasedWills(due, withoutDueWill(due, willIn(first).connection))).toMatchObject([willIn(first)]);
  });
});
