import type { Advice } from '#advice/advice';
import { clientPrefixes } from '#advice/advice-id';
import { adviseOnClient } from '#advice/advise';
import { subscriptionsOfLife } from '#session/delivery/due';
import type { Session } from '#session/session';
import { edgeOf, policyOf } from '#session/session-edge';
import { clientEvidence } from './client-evidence.ts';
import type { SurveyDependencies } from './dependencies.ts';
import { keepAdvice } from './keep-advice.ts';
import { type CountingCap, countWaiting, type WaitingCount } from './waiting.ts';

/** Some ten read units of messages of 1 KB. */
const CAP: CountingCap = { messages: 100, bytes: 65_536 };
/** Of its history; what is older has no part in a habit. */
const ENTRIES = 100;

export interface ClientLook {
  readonly waiting: WaitingCount;
  readonly advice: readonly Advice[];
}

/** Looks at one client: what waits for it, and what is to be said of it, which is kept. */
export async function lookAtClient(
  session: Session,
  dependencies: SurveyDependencies,
  nowMs: number,
): Promise<ClientLook> {
  const { clientId } = session;
  const { configuration } = dependencies;
  const [all, { entries }] = await Promise.all([
    dependencies.subscriptions.list(clientId, { consistent: false }),
    dependencies.history.list(clientId, { limit: ENTRIES }),
  ]);
  const subscriptions = subscriptionsOfLife(session, all);
  const waiting = await countWaiting(dependencies.waiting(session, subscriptions), CAP, nowMs);
  // What a connection that stands has brought matters only where nothing else is known to have come.
  const mayHaveGotNothing = session.delivered === 0 && waiting.messages > 0;
  const delivered = mayHaveGotNothing ? await dependencies.delivered(session) : session.delivered;
  const looked = {
    session: { ...session, delivered },
    edge: edgeOf(clientId, session, configuration),
    policy: policyOf(clientId, session, configuration),
    subscriptions,
    waiting,
    entries,
  };
  const advice = adviseOnClient(clientEvidence(looked), nowMs);
  await keepAdvice(clientPrefixes(clientId), advice, dependencies.statistics);
  return { waiting, advice };
}
