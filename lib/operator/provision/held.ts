import { subscriptionsOfLife } from '#session/delivery/due';
import { exists, type Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import type { Subscription } from '#session/subscription';
import type { OperatorDependencies } from '../dependencies.ts';

/** Later than all that is known of the filter in this life. */
export function afterKnownMs(known: Subscription | undefined, { incarnation }: Session): number {
  if (known?.incarnation !== incarnation) return 0;
  return Math.max(known.subscribedAtMs.at(-1) ?? 0, known.unsubscribedAtMs ?? 0) + 1;
}

/** Its subscriptions are the broker's, which nobody but the device can change. */
export function isBrokers({ status }: Session, edge: SessionEdge): boolean {
  return edge === 'lifecycle' && status === 'connected';
}

/** A filter as it is subscribed in this life. */
export function live(session: Session, known: Subscription | undefined): Subscription | undefined {
  return known === undefined ? undefined : subscriptionsOfLife(session, [known])[0];
}

export type NotDone =
  /** Only the device may do it now. */
  | { readonly outcome: 'ofBroker' }
  /** The session is another by now: to be decided anew. */
  | { readonly outcome: 'overtaken' };

/** The session after an act, in the life in which it was changed; undefined: that has ended meanwhile. */
export async function stillThere(
  { clientId, incarnation }: Session,
  { sessions, clock }: OperatorDependencies,
): Promise<Session | undefined> {
  const now = await sessions.get(clientId);
  return exists(now, clock()) && now.incarnation === incarnation ? now : undefined;
}
