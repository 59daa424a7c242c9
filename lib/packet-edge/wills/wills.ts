import type { WillRequest } from '#edge/requests';
import { type DueWill, releasedWills, type SessionWill, withoutDueWill } from '#session/life/will';
import { type Session, withoutEnd } from '#session/session';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import { enterMessage } from '../enter-message.ts';
import type { Exchange } from '../exchange.ts';

/** The queue counts whole seconds, and clocks differ a little: so much is waited for in the function itself. */
const LONGEST_WAIT_MS = 1_000;
/** What is due at once may seem to lie ahead: the carrier has a clock of its own. */
const CLOCK_DIFFERENCE_MS = 100;

export type FiredWill =
  | 'published'
  /** Its time has not come; it was asked for again. */
  | 'later'
  /** The client returned in time, or it has been published already. */
  | 'gone';

/** Asks for a will in its time, at most 15 minutes on: whoever is asked looks again, and asks for the rest. */
async function scheduleWill(
  request: WillRequest,
  restMs: number,
  { requests }: PacketEdgeDependencies,
): Promise<void> {
  await requests.will(request, Math.round(restMs / 1000));
}

/** The message of a will enters the log; false: it has done so already. Done again, it is the same items. */
async function publishWill(
  clientId: string,
  { position, atMs }: Pick<DueWill, 'position' | 'atMs'>,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<boolean> {
  const kept = await dependencies.wills.get(clientId, position);
  if (kept === undefined) return false;
  const { position: _, ...message } = kept;
  // Its expiry counts from here (MQTT 5.0, 3.1.3.2.4); the same time each time, so that a copy is known as one.
  await enterMessage({ ...message, receivedAtMs: atMs }, dependencies, exchange);
  return true;
}

/** Takes a will from the session, then its message: a crash before makes it fire again, as the same message. */
async function forgetWill(
  session: Session,
  { connection, position }: SessionWill,
  { sessions, wills }: PacketEdgeDependencies,
): Promise<void> {
  let current: Session | undefined = session;
  while (current?.dueWills?.some((due) => due.connection === connection)) {
    const { revision } = current;
    const next = withoutEnd(withoutDueWill(current, connection));
    const write = await sessions.write({ ...next, revision: revision + 1 }, revision);
    current = write.written ? undefined : write.current;
  }
  await wills.remove(session.clientId, position);
}

/**
 * Publishes the will of a connection that has ended, if it is still due and its time has come.
 *
 * @example await fireWill({ kind: 'will', clientId: 'pump-7', connectionId }, dependencies) // 'published'
 */
export async function fireWill(
  request: WillRequest,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<FiredWill> {
  const { clientId, connectionId, removed } = request;
  const session = await dependencies.sessions.get(clientId);
  const due = session?.dueWills?.find(({ connection }) => connection === connectionId);
  if (session === undefined || due === undefined) {
    if (removed === undefined || !(await publishWill(clientId, removed, dependencies, exchange)))
      return 'gone';
    await dependencies.wills.remove(clientId, removed.position);
    return 'published';
  }
  const restMs = due.atMs - dependencies.clock();
  if (restMs > LONGEST_WAIT_MS) {
    await scheduleWill(request, restMs, dependencies);
    return 'later';
  }
  if (restMs > 0) {
    await dependencies.sleep(restMs);
    // The client may have returned meanwhile. [MQTT-3.1.3-9]
    return fireWill(request, dependencies, exchange);
  }
  const isPublished = await publishWill(clientId, due, dependencies, exchange);
  await forgetWill(session, due, dependencies);
  return isPublished ? 'published' : 'gone';
}

/**
 * Does for wills what a change of the session has decided: publishes those whose time has come, asks for the
 * others, and removes the messages of those that were dropped. To be done again when the change is handled again.
 */
export async function executeWills(
  prior: Session | undefined,
  session: Session,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<void> {
  const { clientId, dueWills = [] } = session;
  for (const { position } of releasedWills(prior ?? {}, session)) {
    await dependencies.wills.remove(clientId, position);
  }
  for (const { connection, atMs } of dueWills) {
    const request = { kind: 'will', clientId, connectionId: connection } as const;
    const restMs = atMs - dependencies.clock();
    if (restMs > CLOCK_DIFFERENCE_MS) await scheduleWill(request, restMs, dependencies);
    else await fireWill(request, dependencies, exchange);
  }
}
