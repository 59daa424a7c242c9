import type { Change } from '#edge/change-session';
import { ContendedSessionError } from '#edge/errors';
import type { SessionPolicy } from '#session/configuration/policy';
import { type SessionEvent, transition } from '#session/life/transition';
import type { Session } from '#session/session';
import { policyOf } from '#session/session-edge';
import type { EndDependencies } from '../dependencies.ts';

/** Lost races before the operator is asked to try again. */
const ATTEMPTS = 10;
/** After each lost race so much longer: whoever is quicker is a pump or a handler, which is soon done. */
const PAUSE_MS = 5;

/** What an act makes of a session as it stands. */
export type Decision<Settled> =
  /** To be written; a lost race is decided anew. */
  | { readonly event: SessionEvent }
  /** Nothing is to be written. */
  | { readonly settled: Settled };

export type Decided<Settled> = { readonly change: Change } | { readonly settled: Settled };

/**
 * Applies an act to a client's session: read, decide, write conditionally. Who lost a race against the device
 * decides again from what the device has left, so that the outcome is true of the session that was changed.
 *
 * @throws ContendedSessionError when others were quicker each time
 */
export async function decide<Settled>(
  clientId: string,
  decision: (prior: Session | undefined, policy: SessionPolicy) => Decision<Settled>,
  {
    sessions,
    configuration,
    clock,
    sleep,
  }: Pick<EndDependencies, 'sessions' | 'configuration' | 'clock' | 'sleep'>,
): Promise<Decided<Settled>> {
  let prior = await sessions.get(clientId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const policy = policyOf(clientId, prior, configuration);
    const decided = decision(prior, policy);
    if ('settled' in decided) return decided;
    const rules = { policy, settings: configuration.settings };
    const result = transition(clientId, prior, decided.event, rules, clock());
    if (!result.isChange) return { change: { transition: result, prior } };
    const write = await sessions.write(result.session, prior?.revision);
    if (write.written) return { change: { transition: result, prior } };
    await sleep(PAUSE_MS * attempt);
    prior = attempt === 0 ? write.current : await sessions.get(clientId);
  }
  throw new ContendedSessionError(
    `The session of ${clientId} was changed by others ${ATTEMPTS} times in a row; try again`,
  );
}
