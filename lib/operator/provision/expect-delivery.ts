import { exists, newestConnection, type Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import { decide } from '../acts/decide.ts';
import type { OperatorDependencies } from '../dependencies.ts';

/**
 * Notes on the newest connection of a client that the broker's own session does not hold all of its subscriptions: where
 * it is resumed, the service delivers the others. Before the subscription: who dies in between leaves a run for nothing.
 */
export async function expectDelivery(
  { clientId, incarnation, status }: Session,
  edge: SessionEdge,
  dependencies: OperatorDependencies,
): Promise<void> {
  if (edge !== 'lifecycle') return;
  await decide<undefined>(
    clientId,
    (prior) => {
      const isSame = exists(prior, dependencies.clock()) && prior.incarnation === incarnation;
      if (!isSame || prior.status !== status) return { settled: undefined };
      const newest = newestConnection(prior);
      const { sessionIdentifier, versionNumber, seenAtMs, brokerCleanSession } = newest;
      // Without a session of the broker's own, whoever returns is owed everything.
      const isNeedless = newest.isProvisioned === true || brokerCleanSession === true;
      if (isNeedless || newest.isSubscribedByOperator) return { settled: undefined };
      const connection = {
        sessionIdentifier,
        ...(versionNumber !== undefined && { versionNumber }),
        seenAtMs,
        isSubscribedByOperator: true as const,
      };
      return { event: { kind: 'connection', connection } };
    },
    dependencies,
  );
}
