import type { Flow } from '../flow/flow.ts';
import type { Connection } from '../life/connection.ts';
import type { Life } from '../life/life.ts';
import { type Session, withoutEnd } from '../session.ts';
import { type Delivered, deliveredBetween, furthest } from './delivered.ts';

/** By life, the most that is known of its flow. */
function mostOf(
  before: Life | undefined,
  connections: readonly Connection[],
): ReadonlyMap<string, Delivered> {
  const most = new Map<string, Delivered>();
  for (const { delivered } of [before ?? {}, ...connections]) {
    if (delivered === undefined) continue;
    const { incarnation } = delivered;
    most.set(incarnation, furthest(most.get(incarnation) ?? delivered, delivered));
  }
  return most;
}

/**
 * What the flows have delivered by these connections, beyond what was known before them. Invariant: each message of
 * a flow counts once, however often and on however many connections its number is told.
 */
export function deliveredBy(before: Life | undefined, connections: readonly Connection[]): number {
  const known = before?.delivered;
  return [...mostOf(before, connections).values()].reduce(
    (sum, most) => sum + deliveredBetween(known, most),
    0,
  );
}

/** How much of what a flow has delivered the session's own count does not have yet. */
function deliveredSince({ before, connections }: Session, flow: Delivered): number {
  return Math.max(0, deliveredBetween(mostOf(before, connections).get(flow.incarnation), flow));
}

/** What a flow tells that the session does not know. */
export function newlyDelivered(session: Session, flow: Flow | undefined): Delivered | undefined {
  const told = { incarnation: flow?.incarnation ?? '', messages: flow?.delivered ?? 0 };
  return deliveredSince(session, told) === 0 ? undefined : told;
}

/** What the service has delivered to the client by now, also by the connection that stands. */
export function deliveredInAll(session: Session, flow: Flow | undefined): number {
  const more = newlyDelivered(session, flow);
  return session.delivered + (more === undefined ? 0 : deliveredSince(session, more));
}

/**
 * The session with what a flow has delivered, told of the connection that has used the flow last. Undefined: it is
 * known, or the connection is forgotten.
 */
export function withDelivered(session: Session, flow: Flow): Session | undefined {
  const delivered = newlyDelivered(session, flow);
  const index = session.connections.findIndex(
    ({ sessionIdentifier }) => sessionIdentifier === flow.connection,
  );
  const known = session.connections[index];
  if (delivered === undefined || known === undefined) return undefined;
  return {
    ...withoutEnd(session),
    revision: session.revision + 1,
    connections: session.connections.with(index, { ...known, delivered }),
    delivered: deliveredInAll(session, flow),
  };
}
