import { ContendedSessionError } from '#edge/errors';
import { subscriptionsOfLife } from '#session/delivery/due';
import { exists, type Session } from '#session/session';
import { edgeOf, policyOf, type SessionEdge } from '#session/session-edge';
import type { Subscription } from '#session/subscription';
import { again, followUp } from '../acts/follow-up.ts';
import { record } from '../acts/record.ts';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import { isHeldByBroker } from '../waiting/waiting-plan.ts';
import { isBrokers, stillThere } from './held.ts';
import { shapeProblem } from './shape-problem.ts';
import { announce, subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';
import { ONLY_THE_DEVICE, type Refusal, subscriptionProblem, type WantedSubscription } from './wanted.ts';

type NotFound = { readonly outcome: 'notFound' };
type Refused = { readonly outcome: 'refused' } & Refusal;
type Overtaken = { readonly outcome: 'overtaken' };

export type SubscriptionPut =
  | NotFound
  | Refused
  | {
      readonly outcome: 'created' | 'changed' | 'unchanged';
      /** As it stood right after that. */
      readonly subscription: Subscription;
      readonly session: Session;
    };

export type SubscriptionEnd =
  | NotFound
  | Refused
  | {
      readonly outcome: 'unsubscribed' | 'notSubscribed';
      /** The broker's own session of the client stands, and with it what its device has subscribed there. */
      readonly heldByBroker: boolean;
      readonly session: Session;
    };

const ATTEMPTS = 5;
const REFUSED: Refused = { outcome: 'refused', ...ONLY_THE_DEVICE };

/** Acts on a session as it stands, and again when it has become another meanwhile. */
async function whileItLives<Done extends { readonly outcome: string }>(
  clientId: string,
  act: (session: Session, edge: SessionEdge) => Promise<Done | Overtaken>,
  dependencies: OperatorDependencies,
): Promise<Exclude<Done, Overtaken> | NotFound> {
  const { sessions, configuration, clock } = dependencies;
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const session = await sessions.get(clientId);
    if (!exists(session, clock())) return { outcome: 'notFound' };
    // Its subscriptions still bear the name that its life had before.
    if (session.rehome === true) await followUp(again(session), dependencies);
    else {
      const done = await act(session, edgeOf(clientId, session, configuration));
      if (done.outcome !== 'overtaken') return done as Exclude<Done, Overtaken>;
    }
  }
  throw new ContendedSessionError(
    `The session of ${clientId} ended or began anew ${ATTEMPTS} times in a row; try again`,
  );
}

/**
 * Subscribes a session to one filter, or brings the subscription that it has to what is wanted; the others stay as they
 * are. Done again, it changes nothing.
 *
 * @example
 * await putSubscription('meter-7', { filter: 'meters/7/#', qos: 1 }, operator, dependencies)
 */
export async function putSubscription(
  clientId: string,
  wanted: WantedSubscription,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<SubscriptionPut> {
  const attempt = async (session: Session, edge: SessionEdge): Promise<SubscriptionPut | Overtaken> => {
    const problem = subscriptionProblem(wanted, policyOf(clientId, session, dependencies.configuration));
    if (problem !== undefined) return { outcome: 'refused', reason: problem };
    const ofShape = isBrokers(session, edge) ? undefined : await shapeProblem([wanted], edge, dependencies);
    if (ofShape !== undefined) return { outcome: 'refused', ...ofShape };
    const done = await subscribe(session, wanted, edge, dependencies);
    if (done.outcome === 'ofBroker') return REFUSED;
    if (done.outcome === 'overtaken') return done;
    const now = await stillThere(session, dependencies);
    return now === undefined ? { outcome: 'overtaken' } : { ...done, session: now };
  };
  const put = await whileItLives(clientId, attempt, dependencies);
  if (put.outcome === 'notFound' || put.outcome === 'refused') return put;
  const { outcome, session, subscription } = put;
  const detail = { outcome, filter: wanted.filter, qos: wanted.qos };
  await record('subscribe', session, detail, operator, dependencies);
  // Also when it was there: whoever made it may have died before.
  if (subscription.isProvisioned)
    await announce(session, edgeOf(clientId, session, dependencies.configuration), dependencies);
  return put;
}

/** Ends one subscription of a session; the others stay as they are. Done again, it finds nothing to do. */
export async function endSubscription(
  clientId: string,
  filter: string,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<SubscriptionEnd> {
  const { subscriptions, configuration, clock } = dependencies;
  const attempt = async (session: Session, edge: SessionEdge): Promise<SubscriptionEnd | Overtaken> => {
    const all = subscriptionsOfLife(session, await subscriptions.list(clientId));
    const held = all.find((each) => each.filter === filter);
    const done =
      held === undefined
        ? ({ outcome: 'notSubscribed' } as const)
        : await unsubscribe(session, held, edge, dependencies);
    if (done.outcome === 'ofBroker') return REFUSED;
    if (done.outcome === 'overtaken') return done;
    const now = await stillThere(session, dependencies);
    if (now === undefined) return { outcome: 'overtaken' };
    const { outcome } = done;
    const isOfBroker = held?.isProvisioned !== true && isHeldByBroker(now, configuration, clock());
    return { outcome, heldByBroker: isOfBroker, session: now };
  };
  const end = await whileItLives(clientId, attempt, dependencies);
  if (end.outcome === 'notFound' || end.outcome === 'refused') return end;
  const { outcome, session, heldByBroker } = end;
  await record('unsubscribe', session, { outcome, filter, heldByBroker }, operator, dependencies);
  return end;
}
