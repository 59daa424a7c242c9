import { endOf, startOf } from '#session/life/connection';
import { newestConnection, type Session } from '#session/session';
import { afterChange } from '../after-change.ts';
import { changeSession } from '../change-session.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { RefusedEventError } from '../errors.ts';
import { backoffSeconds } from '../requests.ts';
import { type DeclaredEvent, parseDeclaration } from './lifecycle-event.ts';
import { tellSession } from './notice.ts';

/** A declaration may come before the event of its connection by this many tries, doubling from a second. */
const ATTEMPTS = 6;
/** The broker's clock and its events may disagree by this much. */
const CLOCK_DIFFERENCE_MS = 1_000;

/**
 * The device speaks on a connection whose event is still to come: what is known of its session is the
 * answer to an earlier connection.
 */
async function isAheadOfItsConnection(
  { clientId, timestamp }: DeclaredEvent,
  session: Session | undefined,
  { broker }: EdgeDependencies,
): Promise<boolean> {
  if (session === undefined) return true;
  const newest = newestConnection(session);
  if ((endOf(newest) ?? timestamp) < timestamp) return true;
  const answer = await broker.connection(clientId);
  if (answer.outcome !== 'found' || !answer.value.connected) return false;
  return (answer.value.connectedSinceMs ?? 0) > startOf(newest) + CLOCK_DIFFERENCE_MS;
}

/**
 * A device has said what it wants of its session: a clean start, an interval (also just before it
 * disconnects), or to be told whether its session is present.
 */
export async function handleDeclared(
  event: DeclaredEvent,
  attempt: number,
  dependencies: EdgeDependencies,
): Promise<string> {
  const { clientId, timestamp } = event;
  if (clientId === 'n/a') {
    throw new RefusedEventError(
      'A declaration came that was not published over MQTT, so no client identifier is known. Allowed: a publish of the device itself to the Basic Ingest topic.',
    );
  }
  const { responseTopic, cleanStart, sessionExpiryInterval } = parseDeclaration(event.data);
  const isStatement = cleanStart !== undefined || sessionExpiryInterval !== undefined;
  const declaration = {
    atMs: timestamp,
    ...(cleanStart !== undefined && { cleanStart }),
    ...(sessionExpiryInterval !== undefined && { sessionExpiryInterval }),
  };
  const change = isStatement
    ? await changeSession(clientId, { kind: 'declaration', declaration }, dependencies)
    : undefined;
  const later = () =>
    dependencies.requests.lookUp(
      { kind: 'event', event, attempt: attempt + 1 },
      backoffSeconds(attempt + 1, 1),
    );
  if (change?.transition.outcome === 'noSession' && attempt < ATTEMPTS) {
    await later();
    return 'waiting';
  }
  if (change !== undefined) await afterChange(change, dependencies);
  const topic = responseTopic ?? event.responseTopic;
  if (topic !== undefined) {
    const session = change?.transition.session ?? (await dependencies.sessions.get(clientId));
    if (attempt < ATTEMPTS && (await isAheadOfItsConnection(event, session, dependencies))) {
      await later();
      return 'waiting';
    }
    await tellSession(clientId, session, topic, dependencies.broker, dependencies.clock());
  }
  return change?.transition.outcome ?? 'asked';
}
