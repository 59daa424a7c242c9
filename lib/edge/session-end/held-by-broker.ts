import { brokerSessionStands } from '#session/life/broker-session';
import { endOf } from '#session/life/connection';
import type { LifeRules } from '#session/life/life';
import { livesOf } from '#session/life/lives';
import { newestConnection } from '#session/session';
import type { EndedWith } from './ended-with.ts';

/**
 * The broker's own session of the client outlived that of the service: what waited is the broker's to deliver, to a
 * client that returns a second before the end as to one that returns after it.
 */
export function wasHeldByBroker(
  { session, endedAtMs }: Pick<EndedWith, 'session' | 'endedAtMs'>,
  rules: LifeRules,
): boolean {
  const connection = newestConnection(session);
  const goneAtMs = endOf(connection);
  if (goneAtMs === undefined) return false;
  if (!brokerSessionStands(connection, goneAtMs, endedAtMs, rules.settings)) return false;
  return rules.policy.delivery === 'broker' || livesOf(session, rules).at(-1)?.caughtUp === true;
}
