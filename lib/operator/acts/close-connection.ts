import { carrierFrom } from '#packet-edge/connections/session-changes';
import { dispatchSignals } from '#packet-edge/signals/signals';
import { endOf } from '#session/life/connection';
import { newestConnection, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { EndDependencies } from '../dependencies.ts';
import { decide } from './decide.ts';
import { followUp } from './follow-up.ts';

/** What became of the network connection. */
export type Closed =
  /** It was ended. */
  | 'closed'
  /** There was none. */
  | 'notConnected'
  /** The broker could not be asked in time: try again. */
  | 'unavailable';

/** Word of IoT Core's events for a connection that an operator has ended. */
const BY_OPERATOR = 'API_INITIATED_DISCONNECT';
/** The pauses before the broker is asked again. */
const PAUSES_MS = [100, 400, 1_600];

/** Asks the broker to end the connection of a client, and with `cleanSession` its own session. */
export async function closeAtBroker(
  clientId: string,
  cleanSession: boolean,
  { broker, sleep }: Pick<EndDependencies, 'broker' | 'sleep'>,
): Promise<Closed> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const { outcome } = await broker.disconnect(clientId, cleanSession);
    if (outcome !== 'unavailable' || pauseMs === undefined) return outcome;
    await sleep(pauseMs);
  }
  return 'unavailable';
}

type End = 'gone' | 'byOperator' | 'overtaken';

/** Tells the carrier to close a connection. One that has gone takes no notice. */
async function signalClose(
  { clientId, carrier }: Session,
  connectionId: string,
  dependencies: EndDependencies,
): Promise<void> {
  if (carrier === undefined) return;
  const signal = { kind: 'close', connectionId } as const;
  await dispatchSignals([{ clientId, carrier: carrierFrom(carrier), signal }], dependencies);
}

/**
 * Ends the connection of a client of the packet edge: its carrier closes it, and the session says so at once, also
 * if the carrier has died. When another connection takes over meanwhile, that one is ended.
 *
 * @param only this connection, not one that has taken over; absent: whatever stands
 */
export async function closeAtPacketEdge(
  clientId: string,
  dependencies: EndDependencies,
  only?: string,
): Promise<Closed> {
  const { sessions, clock } = dependencies;
  for (;;) {
    const session = await sessions.get(clientId);
    if (session === undefined) return 'notConnected';
    const { sessionIdentifier, ...connection } = newestConnection(session);
    if (only !== undefined && only !== sessionIdentifier) return 'notConnected';
    const isAgain = connection.disconnectReason === BY_OPERATOR;
    if (endOf(newestConnection(session)) !== undefined && !isAgain) return 'notConnected';
    // First: whoever dies behind it leaves a connection that its carrier ends in the session too.
    await signalClose(session, sessionIdentifier, dependencies);
    if (isAgain) return 'notConnected';
    const atMs = Math.max(clock(), connection.connectedAtMs ?? 0);
    const decided = await decide<End>(
      clientId,
      (prior) => {
        const known = prior?.connections.find((each) => each.sessionIdentifier === sessionIdentifier);
        if (prior === undefined || known === undefined) return { settled: 'gone' };
        if (endOf(known) !== undefined)
          return { settled: known.disconnectReason === BY_OPERATOR ? 'byOperator' : 'gone' };
        if (newestConnection(prior).sessionIdentifier !== sessionIdentifier) return { settled: 'overtaken' };
        const end = {
          sessionIdentifier,
          seenAtMs: atMs,
          disconnectedAtMs: atMs,
          disconnectReason: BY_OPERATOR,
        };
        return { event: { kind: 'connection', connection: end } };
      },
      dependencies,
    );
    if ('change' in decided) {
      await followUp(decided.change, dependencies);
      return 'closed';
    }
    if (decided.settled === 'byOperator') return 'closed';
    if (decided.settled === 'gone') return 'notConnected';
  }
}

/** Ends the connection of a session that has just been ended, wherever it is, and the broker's own session. */
export async function closeConnectionOf(session: Session, dependencies: EndDependencies): Promise<Closed> {
  const { clientId } = session;
  const newest = newestConnection(session);
  if (edgeOf(clientId, session, dependencies.configuration) === 'packets')
    return closeAtPacketEdge(clientId, dependencies, newest.sessionIdentifier);
  const closed = await closeAtBroker(clientId, true, dependencies);
  return closed === 'closed' && endOf(newest) !== undefined ? 'notConnected' : closed;
}
