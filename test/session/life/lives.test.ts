import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import { livesOf } from '#session/life/lives';
import {
  connected,
  disconnected,
  lifeOfClient,
  live,
  rulesWith,
  sessionAfter,
  T0,
} from '../events/lifecycle-events.ts';
import { randomSeed } from '../random-seed.ts';

const HOUR_MS = 3_600_000;

describe('the lives of a client', () => {
  it('are those of its connections, each with what it found', () => {
    const first = connected(1, T0);
    const second = connected(2, T0 + 2_000);
    const third = connected(3, T0 + 2 * HOUR_MS);
    const policy = { sessionExpiryInterval: 600 } as const;
    const events = [first, disconnected(first, T0 + 1_000), second, disconnected(second, T0 + 3_000), third];
    const lives = livesOf(sessionAfter(events, policy), rulesWith(policy));
    expect(lives.map(({ sessionPresent }) => sessionPresent)).toEqual([false, true, false]);
    expect(lives[1]?.incarnation).toBe(lives[0]?.incarnation);
    expect(lives[2]).toMatchObject({ previousEnd: 'expired', startedAtMs: T0 + 2 * HOUR_MS });
  });

  it.each([
    ['a fixed interval', { sessionExpiryInterval: 600 }],
    ["the device's declarations", { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 300 }],
    ["the broker's session", {}],
  ] as const)('end with that of the session, however many it has forgotten, with %s', (_, policy) => {
    fc.assert(
      fc.property(lifeOfClient({ minLength: 1, maxLength: 9 }), (events) => {
        const rules = rulesWith(policy);
        const session = live(events, rules);
        if (session === undefined) throw new Error('Connections leave a session');
        const lives = livesOf(session, rules);
        const { incarnation, startedAtMs, sessionPresent, sessionExpiryInterval, owedFrom } = session;
        const newest = { incarnation, startedAtMs, sessionPresent, sessionExpiryInterval, owedFrom };
        expect(lives.at(-1)).toMatchObject(newest);
        const forgotten = session.before === undefined ? 0 : 1;
        expect(lives).toHaveLength(session.connections.length + forgotten);
        expect(session.connections.length).toBeLessThanOrEqual(REMEMBERED_CONNECTIONS);
      }),
      { seed: randomSeed, numRuns: 100 },
    );
  });
});
