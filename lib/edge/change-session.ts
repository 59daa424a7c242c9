import { choosePolicy } from '#session/policy';
import type { Session } from '#session/session';
import { type SessionEvent, type Transition, transition } from '#session/transition';
import type { EdgeDependencies } from './dependencies.ts';
import { ContendedSessionError } from './errors.ts';

/** Lost races before the event is handed back for a later retry. */
const ATTEMPTS = 10;

export interface Change {
  readonly transition: Transition;
  /** The session before the event. */
  readonly prior: Session | undefined;
}

/**
 * Applies an event to a client's session: read, decide, write conditionally; a lost race is decided again
 * from what the winner wrote.
 */
export async function changeSession(
  clientId: string,
  event: SessionEvent,
  { sessions, configuration, clock }: EdgeDependencies,
): Promise<Change> {
  const rules = { policy: choosePolicy(configuration.policies, clientId), settings: configuration.settings };
  let prior = await sessions.get(clientId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const result = transition(clientId, prior, event, rules, clock());
    if (!result.isChange) return { transition: result, prior };
    const write = await sessions.write(result.session, prior?.revision);
    if (write.written) return { transition: result, prior };
    prior = write.current;
  }
  throw new ContendedSessionError(
    `The session of ${clientId} was changed by others ${ATTEMPTS} times in a row; the event has to be tried again`,
  );
}
