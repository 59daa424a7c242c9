import { startOf } from '#session/life/connection';
import { exists, newestConnection, type Session } from '#session/session';
import type { EndDependencies, Operator } from '../dependencies.ts';
import { type Closed, closeConnectionOf } from './close-connection.ts';
import { decide } from './decide.ts';
import { again, followUp } from './follow-up.ts';
import { record } from './record.ts';

export type SessionEnd =
  | { readonly outcome: 'notFound' }
  /** It is not as it was asked to be: nothing was done. */
  | { readonly outcome: 'spared' }
  | {
      /** `endedBefore`: by an operator, who may have died before all of it was done. */
      readonly outcome: 'ended' | 'endedBefore';
      readonly session: Session;
      readonly connection: Closed;
    };

type Settled = Session | 'notFound' | 'spared';

export interface EndOptions {
  /** Of the session as it stands when it is ended; absent: any is. */
  readonly isMeant?: (session: Session) => boolean;
  /** The background operation that ends it; the session remembers whose its end is. */
  readonly operationId?: string;
}

/**
 * Ends a session and all it held, and its connection if there is one; at the broker its own session too. Whatever
 * connects next begins a new life.
 */
export async function endSession(
  clientId: string,
  operator: Operator,
  dependencies: EndDependencies,
  { isMeant = () => true, operationId }: EndOptions = {},
): Promise<SessionEnd> {
  const decided = await decide<Settled>(
    clientId,
    (prior) => {
      if (prior === undefined) return { settled: 'notFound' };
      const nowMs = dependencies.clock();
      const newest = newestConnection(prior);
      if (newest.endedByOperatorAtMs !== undefined) return { settled: prior };
      if (!exists(prior, nowMs)) return { settled: 'notFound' };
      if (!isMeant(prior)) return { settled: 'spared' };
      const { sessionIdentifier, versionNumber, seenAtMs } = newest;
      const connection = {
        sessionIdentifier,
        ...(versionNumber !== undefined && { versionNumber }),
        seenAtMs,
        endedByOperatorAtMs: Math.max(nowMs, startOf(newest)),
        ...(operationId !== undefined && { endedByOperation: operationId }),
      };
      return { event: { kind: 'connection', connection } };
    },
    dependencies,
  );
  const done = 'change' in decided ? decided.change : decided.settled;
  if (typeof done === 'string') return { outcome: done };
  const change = 'transition' in done ? done : again(done);
  const { session, isChange } = change.transition;
  if (session === undefined) return { outcome: 'notFound' };
  const outcome = isChange ? 'ended' : 'endedBefore';
  await record('endSession', session, { outcome }, operator, dependencies);
  await followUp(change, dependencies);
  const connection = await closeConnectionOf(session, dependencies);
  return { outcome, session, connection };
}
