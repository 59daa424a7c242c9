import { newestConnection } from '#session/session';
import type { PacketEdgeDependencies } from './dependencies.ts';
import { afterEnd } from './end-connection.ts';
import { carrierFrom, disconnectSession } from './session-changes.ts';

/** A listener is heard of every ten seconds; one that has been silent for so long is gone. */
const GONE_AFTER_MS = 35_000;
const CHECK_EVERY_SECONDS = 30;

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

/** Ends what a listener has left open, as of its last sign of life: nobody else tells that its clients are gone. */
async function endConnectionsOf(
  address: string,
  lastSeenMs: number,
  dependencies: PacketEdgeDependencies,
): Promise<number> {
  const { sessions } = dependencies;
  let ended = 0;
  for await (const clientIds of sessions.connected()) {
    for (const session of await sessions.getMany(clientIds)) {
      const { clientId, incarnation, carrier, status } = session;
      if (status !== 'connected' || carrier === undefined) continue;
      const carriedBy = carrierFrom(carrier);
      if (carriedBy.kind !== 'listener' || carriedBy.address !== address) continue;
      const { sessionIdentifier, keepAliveSeconds = 0 } = newestConnection(session);
      const end = { atMs: lastSeenMs, reason: 'CONNECTION_LOST', incarnation };
      const change = await disconnectSession(clientId, sessionIdentifier, end, dependencies);
      await afterEnd(change, keepAliveSeconds, dependencies);
      ended += 1;
    }
  }
  return ended;
}

/**
 * Looks whether a listener still lives. One that was killed has told nobody: its clients' sessions end or wait,
 * and their wills are published, as if their links had been cut when it was last heard of.
 *
 * @returns how many connections it had left open; undefined while it lives
 */
export async function checkListener(
  address: string,
  dependencies: PacketEdgeDependencies,
): Promise<number | undefined> {
  const { listeners, requests, signalSender, clock } = dependencies;
  const lastSeenMs = await listeners.lastSeenMs(address);
  if (lastSeenMs === undefined) return 0;
  if (clock() - lastSeenMs < GONE_AFTER_MS) {
    await requests.listenerCheck({ kind: 'listenerCheck', address }, CHECK_EVERY_SECONDS);
    return undefined;
  }
  const ended = await endConnectionsOf(address, lastSeenMs, dependencies);
  await signalSender.remove(address);
  await listeners.forget(address);
  return ended;
}
