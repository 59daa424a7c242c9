import { choosePolicy, type SessionPolicy } from '#session/configuration/policy';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { type SessionEvent, type Transition, transition } from '#session/life/transition';
import type { Session } from '#session/session';
import type { SessionStore } from '#store/sessions/sessions';
import { ContendedSessionError } from './errors.ts';

/** Lost races before the event is handed back for a later retry. */
const ATTEMPTS = 10;

export interface Change {
  readonly transition: Transition;
  /** The session before the event. */
  readonly prior: Session | undefined;
}

interface ChangeDependencies {
  readonly sessions: Pick<SessionStore, 'get' | 'write'>;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}

/**
 * Applies an event to a client's session: read, decide, write conditionally; a lost race is decided again
 * from what the winner wrote.
 *
 * @param event a function of the session as it stands, where the event depends on it
 */
export async function changeSession(
  clientId: string,
  event: SessionEvent | ((prior: Session | undefined) => SessionEvent),
  { sessions, configuration, clock }: ChangeDependencies,
  policy: SessionPolicy = choosePolicy(configuration.policies, clientId),
): Promise<Change> {
  const rules = { policy, settings: configuration.settings };
  let prior = await sessions.get(clientId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const happened = typeof event === 'function' ? event(prior) : event;
    const result = transition(clientId, prior, happened, rules, clock());
    if (!result.isChange) return { transition: result, prior };
    const write = await sessions.write(result.session, prior?.revision);
    if (write.written) return { transition: result, prior };
    prior = write.current;
  }
  throw new ContendedSessionError(
    `The session of ${clientId} was changed by others ${ATTEMPTS} times in a row; the event has to be tried again`,
  );
}
