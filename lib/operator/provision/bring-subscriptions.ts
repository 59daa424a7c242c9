import type { Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import type { OperatorDependencies } from '../dependencies.ts';
import { announce, subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';
import type { SubscriptionDifference } from './wanted.ts';

/**
 * Brings the subscriptions of a session to what is wanted. Done again, it finds nothing to do but to announce those that
 * an operator made: whoever made them may have died before.
 */
export async function bringSubscriptions(
  session: Session,
  { missing, surplus, isProvisioned }: SubscriptionDifference,
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<'brought' | 'overtaken'> {
  for (const each of missing) {
    const { outcome } = await subscribe(session, each, edge, dependencies);
    if (outcome === 'overtaken' || outcome === 'ofBroker') return 'overtaken';
  }
  for (const each of surplus) {
    const { outcome } = await unsubscribe(session, each, edge, dependencies);
    if (outcome === 'overtaken' || outcome === 'ofBroker') return 'overtaken';
  }
  if (missing.length > 0 || isProvisioned) await announce(session, edge, dependencies);
  return 'brought';
}
