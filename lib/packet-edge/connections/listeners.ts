import { eachAtOnce } from '#edge/each-at-once';
import type { ListenerCheck } from '#edge/requests';
import { newestConnection, type Session } from '#session/session';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import { afterEnd } from './end-connection.ts';
import { carrierFrom, disconnectSession } from './session-changes.ts';

/** A listener is heard of every ten seconds; one that has been silent for so long is gone. */
const GONE_AFTER_MS = 35_000;
const CHECK_EVERY_SECONDS = 30;
/** Connected sessions, of whatever carrier, that one run looks through: a fraction of its time if all are to end. */
const SESSIONS_OF_A_RUN = 1_000;

/**
 * A listener process lives. The first time, somebody is set to watch it.
 *
 * @returns whether it was known: one that is not although it has been heard of before was given up meanwhile
 */
export async function heartbeat(
  address: string,
  { listeners, requests, clock }: PacketEdgeDependencies,
): Promise<{ readonly isKnown: boolean }> {
  const { isNew } = await listeners.seen(address, clock());
  if (isNew) await requests.listenerCheck({ kind: 'listenerCheck', address }, CHECK_EVERY_SECONDS);
  return { isKnown: !isNew };
}

function isOpenAt(address: string, { carrier, status }: Session): boolean {
  if (status !== 'connected' || carrier === undefined) return false;
  const carriedBy = carrierFrom(carrier);
  return carriedBy.kind === 'listener' && carriedBy.address === address;
}

/**
 * Ends what a listener has left open, as of its last sign of life: nobody else tells that its clients are gone.
 *
 * @returns how many that were, and where the next run goes on, if it has to
 */
async function endConnectionsOf(
  address: string,
  goneSinceMs: number,
  after: string | undefined,
  dependencies: PacketEdgeDependencies,
) {
  const { sessions, sessionIndex } = dependencies;
  const listed = await sessionIndex.byStatus({ status: 'connected', after, most: SESSIONS_OF_A_RUN });
  const found = await sessions.getMany(listed.clients.map(({ clientId }) => clientId));
  const open = found.filter((session) => isOpenAt(address, session));
  await eachAtOnce(open, async (session) => {
    const { clientId, incarnation } = session;
    const { sessionIdentifier, keepAliveSeconds = 0 } = newestConnection(session);
    const end = { atMs: goneSinceMs, reason: 'CONNECTION_LOST', incarnation };
    const change = await disconnectSession(clientId, sessionIdentifier, end, dependencies);
    await afterEnd(change, keepAliveSeconds, dependencies);
  });
  return { ended: open.length, next: listed.isLast ? undefined : listed.clients.at(-1)?.key };
}

/**
 * Looks whether a listener still lives. One that was killed has told nobody: its clients' sessions end or wait,
 * and their wills are published, as if their links had been cut when it was last heard of. In a large fleet that
 * takes several runs; the listener is known until the last one has ended.
 *
 * @returns how many connections of it were ended; undefined while it lives
 */
export async function checkListener(
  { kind, address, goneSinceMs, after }: ListenerCheck,
  dependencies: PacketEdgeDependencies,
): Promise<number | undefined> {
  const { listeners, requests, signalSender, clock } = dependencies;
  const lastSeenMs = goneSinceMs ?? (await listeners.lastSeenMs(address));
  if (lastSeenMs === undefined) return 0;
  if (goneSinceMs === undefined && clock() - lastSeenMs < GONE_AFTER_MS) {
    await requests.listenerCheck({ kind, address }, CHECK_EVERY_SECONDS);
    return undefined;
  }
  const { ended, next } = await endConnectionsOf(address, lastSeenMs, after, dependencies);
  if (next !== undefined) {
    await requests.listenerCheck({ kind, address, goneSinceMs: lastSeenMs, after: next }, 0);
    return ended;
  }
  await signalSender.remove(address);
  await listeners.forget(address);
  return ended;
}
