import type { Change } from '#edge/change-session';
import { capInterval } from '#session/expiry';
import { operatorsInterval } from '#session/life/declaration';
import type { SessionEvent } from '#session/life/transition';
import { exists, newestConnection, type Session } from '#session/session';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import { decide } from './decide.ts';
import { again, followUp } from './follow-up.ts';
import { record } from './record.ts';

export type IntervalChange =
  | { readonly outcome: 'notFound' }
  | {
      readonly outcome: 'changed' | 'unchanged';
      /** As it stands now; `ended` when the interval was set to 0 while the client was away. */
      readonly session: Session;
    };

/** Later than all that was said on the connection, so that it is the last word, whatever the clocks say. */
function lastWordMs({ declarations }: Session, nowMs: number): number {
  return Math.max(nowMs, ...declarations.map(({ atMs }) => atMs + 1));
}

/** An operator's word on the interval of the newest connection and of the absence after it. */
function intervalEvent(session: Session, interval: number, nowMs: number): SessionEvent {
  return {
    kind: 'declaration',
    declaration: {
      atMs: lastWordMs(session, nowMs),
      sessionIdentifier: newestConnection(session).sessionIdentifier,
      sessionExpiryInterval: interval,
      byOperator: true,
    },
  };
}

/** It was ended by an interval of 0, and what is to follow may not all have been done. */
function isEndedByInterval(session: Session): boolean {
  const last = operatorsInterval(session.declarations);
  const { sessionIdentifier } = newestConnection(session);
  return (
    session.status === 'ended' &&
    last?.sessionExpiryInterval === 0 &&
    last.sessionIdentifier === sessionIdentifier
  );
}

/** Writes an operator's interval, unless it is in force; undefined: there is no session. */
export async function decideInterval(
  clientId: string,
  interval: number,
  dependencies: OperatorDependencies,
): Promise<Change | undefined> {
  const decided = await decide<Session | undefined>(
    clientId,
    (prior, policy) => {
      const nowMs = dependencies.clock();
      if (prior === undefined) return { settled: undefined };
      const isThere = exists(prior, nowMs) || (interval === 0 && isEndedByInterval(prior));
      if (!isThere) return { settled: undefined };
      const asked = capInterval(interval, policy.maximumSessionExpiryInterval);
      if (prior.sessionExpiryInterval === asked) return { settled: prior };
      return { event: intervalEvent(prior, asked, nowMs) };
    },
    dependencies,
  );
  return 'change' in decided ? decided.change : decided.settled && again(decided.settled);
}

/**
 * Sets the Session Expiry Interval of a session, connected or not; the client's next CONNECT says it anew. What is
 * more than the policy's maximum becomes the maximum; with 0 the session of a client that is away ends at once.
 *
 * @param interval seconds; 4294967295 never expires
 */
export async function changeInterval(
  clientId: string,
  interval: number,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<IntervalChange> {
  const change = await decideInterval(clientId, interval, dependencies);
  const session = change?.transition.session;
  if (change === undefined || session === undefined) return { outcome: 'notFound' };
  const outcome = change.transition.isChange ? 'changed' : 'unchanged';
  const { sessionExpiryInterval } = session;
  const previously = change.prior?.sessionExpiryInterval ?? sessionExpiryInterval;
  const detail = { outcome, sessionExpiryInterval, previously };
  await record('changeInterval', session, detail, operator, dependencies);
  await followUp(change, dependencies);
  return { outcome, session };
}
