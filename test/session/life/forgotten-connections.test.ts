import { describe, expect, it } from 'vitest';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import { transition } from '#session/life/transition';
import {
  connected,
  disconnected,
  rulesWith,
  seen,
  sessionAfter,
  T0,
} from '#test/session/events/lifecycle-events';

const HOUR = 3_600_000;
const rules = rulesWith({ sessionExpiryInterval: 'never' });

/** Connections long after, so many that those before them are forgotten but for the last. */
const later = (version: number) =>
  Array.from({ length: REMEMBERED_CONNECTIONS }, (_, index) =>
    connected(version + index, T0 + (index + 1) * HOUR, { brokerSessionExpiry: 7200 }),
  );

describe('what comes again of a connection that is forgotten', () => {
  it.each([
    [
      'a SUBSCRIBE that was on its way when another took its place',
      () => {
        const first = connected(0, T0);
        const second = connected(1, T0 + 100);
        return { events: [first, second, ...later(2)], again: seen(first, T0 + 110) };
      },
    ],
    [
      "the end of one before the number was reset, after an interval of the broker's that is forgotten too",
      () => {
        const first = connected(3, T0, { brokerSessionExpiry: 10 });
        const end = disconnected(first, T0 + 500);
        const anew = connected(0, T0 + 20_000, { brokerSessionExpiry: 7200 });
        return { events: [first, end, anew, ...later(1)], again: end };
      },
    ],
  ])('changes nothing: %s', (_, life) => {
    const { events, again } = life();
    const session = sessionAfter(events, rules.policy);
    expect(transition('client', session, again, rules, T0)).toEqual({
      isChange: false,
      outcome: 'stale',
      session,
    });
  });
});
