import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { owesStraggler } from '#session/delivery/stragglers';
import { connected, disconnected, sessionAfter, T0 } from '#test/session/events/lifecycle-events';

const END = T0 + 1_000_000;
const BACK = END + 60_000;
const first = connected(1, T0, { keepAliveSeconds: 60 });
const back = connected(2, BACK);
const tenMinutes = { sessionExpiryInterval: 600 } as const;

function owes(receivedAtMs: number, subscribedAtMs: readonly number[], isOffline = false): boolean {
  const end = isOffline ? [disconnected(back, BACK + 100_000)] : [];
  const session = sessionAfter([first, disconnected(first, END), back, ...end], tenMinutes);
  const sessionIdentifier = session.connections.at(-1)?.sessionIdentifier ?? '';
  const { clientId, incarnation } = session;
  const subscription = { clientId, filter: 'a', incarnation, sessionIdentifier, subscribedAtMs };
  return owesStraggler(session, subscription, receivedAtMs, DEFAULT_SETTINGS);
}

describe('a message that was appended late is owed', () => {
  const again = [T0 + 100, BACK + 100];
  it.each([
    ['not from before the subscription', T0 + 99, again, false],
    ['from before the broker delivers for sure', T0 + 1_099, again, true],
    ['not while the broker delivered', T0 + 1_100, again, false],
    ['not up to what may have been lost unseen', END - 95_001, again, false],
    ['once it may have been lost unseen', END - 95_000, again, true],
    ['while the client was away', END + 30_000, again, true],
    ['not once the client has subscribed again', BACK + 1_100, again, false],
    ['while it has not subscribed again', BACK + 1_100, [T0 + 100], true],
  ])('%s', (_, receivedAtMs, subscribedAtMs, isOwed) => {
    expect(owes(receivedAtMs, subscribedAtMs)).toBe(isOwed);
  });

  it('whenever it came since an operator has subscribed, since the broker does not know of it', () => {
    const session = sessionAfter([first, disconnected(first, END), back], tenMinutes);
    const { clientId, incarnation } = session;
    const own = { clientId, filter: 'a', incarnation, sessionIdentifier: 's2', subscribedAtMs: [T0 + 100] };
    expect(owesStraggler(session, { ...own, isProvisioned: true }, T0 + 9_000, DEFAULT_SETTINGS)).toBe(true);
    expect(owesStraggler(session, own, T0 + 9_000, DEFAULT_SETTINGS)).toBe(false);
  });

  it('since the client has gone once more', () => {
    expect(owes(BACK + 94_999, again, true)).toBe(false);
    expect(owes(BACK + 95_000, again, true)).toBe(true);
  });
});
