import { ContendedSessionError } from '#edge/errors';
import { subscriptionsOfLife } from '#session/delivery/due';
import { capInterval } from '#session/expiry';
import { exists, type Session } from '#session/session';
import { edgeOf, policyOf } from '#session/session-edge';
import { decideInterval } from '../acts/change-interval.ts';
import { followUp } from '../acts/follow-up.ts';
import { record } from '../acts/record.ts';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import { bringSubscriptions } from './bring-subscriptions.ts';
import { isBrokers, stillThere } from './held.ts';
import { makeSession } from './make-session.ts';
import { shapeProblem } from './shape-problem.ts';
import { differenceOf, ONLY_THE_DEVICE, problemOf, type Refusal, type WantedSession } from './wanted.ts';

export type Provisioned =
  | { readonly outcome: 'created' | 'changed' | 'unchanged'; readonly session: Session }
  /** It was to be made only if there was none, and there is one: nothing was changed. */
  | { readonly outcome: 'exists' }
  /** There can be no such session; the reason says why, and what is allowed. */
  | ({ readonly outcome: 'refused' } & Refusal);

type Brought =
  | Provisioned
  /** Its life ended meanwhile, or another began. */
  | { readonly outcome: 'overtaken' };

const ATTEMPTS = 5;

/** Brings a session that is there to what is wanted. */
async function bring(
  session: Session,
  wanted: WantedSession,
  dependencies: OperatorDependencies,
): Promise<Brought> {
  const { clientId, incarnation } = session;
  const { subscriptions, configuration } = dependencies;
  const edge = edgeOf(clientId, session, configuration);
  const held = subscriptionsOfLife(session, await subscriptions.list(clientId));
  const difference = differenceOf(held, wanted.subscriptions, edge);
  const { missing, surplus } = difference;
  const isOfDevice = missing.length > 0 || surplus.some(({ isProvisioned }) => !isProvisioned);
  if (isBrokers(session, edge) && isOfDevice) return { outcome: 'refused', ...ONLY_THE_DEVICE };
  const ofShapes = await shapeProblem(missing, edge, dependencies);
  if (ofShapes !== undefined) return { outcome: 'refused', ...ofShapes };
  const change = await decideInterval(clientId, wanted.sessionExpiryInterval, dependencies);
  const changed = change?.transition.session;
  if (change === undefined || changed?.incarnation !== incarnation) return { outcome: 'overtaken' };
  await followUp(change, dependencies);
  const brought = await bringSubscriptions(changed, difference, edge, dependencies);
  if (brought === 'overtaken') return { outcome: 'overtaken' };
  const isChange = change.transition.isChange || missing.length + surplus.length > 0;
  const now = await stillThere(session, dependencies);
  if (now === undefined) return { outcome: 'overtaken' };
  return { outcome: isChange ? 'changed' : 'unchanged', session: now };
}

/** One try, from the session as it stands. */
async function attempt(
  clientId: string,
  wanted: WantedSession,
  dependencies: OperatorDependencies,
): Promise<Brought> {
  const { sessions, configuration, clock } = dependencies;
  const prior = await sessions.get(clientId);
  const isThere = exists(prior, clock());
  if (isThere && wanted.onlyIfNone) return { outcome: 'exists' };
  // One that is over says nothing of where its client will connect.
  const known = isThere ? prior : undefined;
  const edge = edgeOf(clientId, known, configuration);
  const policy = policyOf(clientId, known, configuration);
  const problem = problemOf(clientId, wanted, policy, edge);
  if (problem !== undefined) return { outcome: 'refused', ...problem };
  if (isThere) return bring(prior, wanted, dependencies);
  const ofShapes = await shapeProblem(wanted.subscriptions, edge, dependencies);
  if (ofShapes !== undefined) return { outcome: 'refused', ...ofShapes };
  const interval = capInterval(wanted.sessionExpiryInterval, policy.maximumSessionExpiryInterval);
  const asked = { interval, subscriptions: wanted.subscriptions, policy, edge };
  const made = await makeSession(clientId, prior, asked, dependencies);
  if (made === undefined) return { outcome: 'overtaken' };
  // A device that ends it at once has a session of its own, and would be taken for one that was there before.
  if (wanted.onlyIfNone) return { outcome: 'created', session: made };
  const now = await stillThere(made, dependencies);
  return now === undefined ? { outcome: 'overtaken' } : { outcome: 'created', session: now };
}

/**
 * Makes a session what an operator wants it to be, also before its device has ever connected: the device's first
 * connection resumes it, unless it asks for a clean start, and gets what has come since. Done again, it changes
 * nothing. With `onlyIfNone` the session that was read decides, and a write that came first has it read again.
 *
 * @example
 * await provision('meter-7', { sessionExpiryInterval: 86_400, subscriptions: [{ filter: 'meters/7/#', qos: 1 }] }, operator, dependencies)
 */
export async function provision(
  clientId: string,
  wanted: WantedSession,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<Provisioned> {
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const done = await attempt(clientId, wanted, dependencies);
    if (done.outcome === 'overtaken') continue;
    if (done.outcome !== 'refused' && done.outcome !== 'exists') {
      const { sessionExpiryInterval } = done.session;
      const detail = { outcome: done.outcome, sessionExpiryInterval, filters: wanted.subscriptions.length };
      await record('provision', done.session, detail, operator, dependencies);
    }
    return done;
  }
  throw new ContendedSessionError(
    `The session of ${clientId} ended or began anew ${ATTEMPTS} times in a row; try again`,
  );
}
