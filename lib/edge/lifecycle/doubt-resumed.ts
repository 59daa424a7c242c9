import type { Connection } from '#session/life/connection';
import { afterChange } from '../after-change.ts';
import { changeSession } from '../change-session.ts';
import type { EdgeDependencies } from '../dependencies.ts';

/**
 * The subscriptions that the broker listed may be those that the client made on this very connection, and so
 * prove nothing of an earlier session of the broker's: rather a message twice than not at all.
 */
export async function doubtResumed(
  clientId: string,
  { sessionIdentifier, seenAtMs }: Connection,
  dependencies: EdgeDependencies,
): Promise<void> {
  const connection = { sessionIdentifier, seenAtMs, brokerResumed: false };
  await afterChange(
    await changeSession(clientId, { kind: 'connection', connection }, dependencies),
    dependencies,
  );
}
