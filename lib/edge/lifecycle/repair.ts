import { exists, newestConnection } from '#session/session';
import { afterChange } from '../after-change.ts';
import { changeSession } from '../change-session.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { backoffSeconds } from '../requests.ts';
import { LOOK_UP_RETRY_SECONDS } from './connections.ts';
import { lookUpConnection } from './look-up.ts';

/** About two hours in all; then the policy's values stay. */
const ATTEMPTS = 12;

/** Sets the QoS of subscriptions that were made while the broker could not be asked. */
async function repairQoS(clientId: string, { subscriptions, broker }: EdgeDependencies): Promise<boolean> {
  const unknown = (await subscriptions.list(clientId)).filter(({ qos }) => qos === undefined);
  if (unknown.length === 0) return true;
  const answer = await broker.subscriptions(clientId);
  if (answer.outcome !== 'found') return answer.outcome === 'unknownClient';
  const granted = new Map(answer.value.map(({ filter, qos }) => [filter, qos]));
  for (const { filter, incarnation } of unknown) {
    const qos = granted.get(filter);
    if (qos !== undefined) await subscriptions.setQoS(clientId, filter, incarnation, qos);
  }
  return true;
}

/** Looks up again what the broker could not tell before. */
export async function repairLookUp(
  clientId: string,
  attempt: number,
  dependencies: EdgeDependencies,
): Promise<string> {
  const session = await dependencies.sessions.get(clientId);
  if (!exists(session, dependencies.clock())) return 'ended';
  const newest = newestConnection(session);
  const { facts, failed } = await lookUpConnection(
    clientId,
    newest,
    dependencies.broker,
    dependencies.clock(),
  );
  if (Object.keys(facts).length > 0) {
    const { sessionIdentifier, versionNumber, seenAtMs } = newest;
    const connection = {
      sessionIdentifier,
      ...(versionNumber !== undefined && { versionNumber }),
      seenAtMs,
      ...facts,
    };
    await afterChange(
      await changeSession(clientId, { kind: 'connection', connection }, dependencies),
      dependencies,
    );
  }
  const isRepaired = (await repairQoS(clientId, dependencies)) && !failed;
  if (isRepaired || attempt >= ATTEMPTS) return isRepaired ? 'repaired' : 'gaveUp';
  const next = { kind: 'lookUp', clientId, attempt: attempt + 1 } as const;
  await dependencies.requests.lookUp(next, backoffSeconds(attempt + 1, LOOK_UP_RETRY_SECONDS));
  return 'waiting';
}
