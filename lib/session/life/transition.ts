import { isDeepStrictEqual } from 'node:util';
import { exists, newestConnection, type Session, withoutEnd } from '../session.ts';
import { computeSession } from './compute-session.ts';
import { type Connection, endOf } from './connection.ts';
import { isNoNewer } from './connection-order.ts';
import { type Declaration, joinDeclaration } from './declaration.ts';
import { DISCONNECT_REASON } from './disconnect-reason.ts';
import { joinConnection } from './join-connection.ts';
import type { LifeRules } from './life.ts';
import { type SessionWill, settleWills } from './will.ts';

/** Something that was learnt about a client. */
export type SessionEvent =
  | {
      readonly kind: 'connection';
      readonly connection: Connection;
      readonly ipAddress?: string;
      readonly principal?: string;
      /** What its CONNECT or DISCONNECT says of the session, where the packet itself is known. */
      readonly declaration?: Declaration;
      /** Where packets for this connection go. */
      readonly carrier?: string;
      /** Of its CONNECT. */
      readonly will?: SessionWill;
    }
  | { readonly kind: 'declaration'; readonly declaration: Declaration };

export type Transition =
  | {
      readonly isChange: true;
      /** What the event meant; the session is to be written, conditional on the revision it was read at. */
      readonly outcome:
        | 'started'
        | 'resumed'
        | 'takenOver'
        | 'disconnected'
        | 'ended'
        | 'lateConnect'
        | 'changed';
      readonly session: Session;
    }
  | {
      /** Nothing is to be written. */
      readonly isChange: false;
      readonly outcome: 'duplicate' | 'stale' | 'noSession';
      readonly session?: Session;
    };

/** The connections with what was delivered to each of them. */
function connectionsWithProgress({ connections, progress }: Session): readonly Connection[] {
  if (progress === undefined) return connections;
  return connections.map((connection, index) =>
    index === connections.length - 1 ? { ...connection, progress } : connection,
  );
}

/**
 * An event of a connection that has been forgotten, or the end of one that was taken over meanwhile, unless it says what
 * the connection has delivered.
 */
function isStale(prior: Session, fact: Connection, { settings }: LifeRules): boolean {
  const index = prior.connections.findLastIndex(
    (connection) => connection.sessionIdentifier === fact.sessionIdentifier,
  );
  const known = index >= 0;
  const [oldest] = prior.connections;
  if (!known && prior.before !== undefined && oldest !== undefined) {
    const forgotten = prior.before.connection;
    const isForgotten =
      fact.sessionIdentifier === forgotten.sessionIdentifier &&
      (fact.versionNumber ?? forgotten.versionNumber) === forgotten.versionNumber;
    // What is known of those before the oldest is too little to say which of them it was.
    return isForgotten || isNoNewer(fact, oldest, prior.connections, settings);
  }
  const successor = known ? prior.connections[index + 1] : undefined;
  // What an operator has made took nothing over.
  const wasTakenOver = successor !== undefined && successor.isProvisioned !== true;
  return (
    wasTakenOver && fact.delivered === undefined && fact.disconnectReason === DISCONNECT_REASON.takenOver
  );
}

function withAddress(session: Session, event: SessionEvent, prior: Session | undefined): Session {
  const newest = newestConnection(session).sessionIdentifier;
  const isNewest = event.kind === 'connection' && event.connection.sessionIdentifier === newest;
  const ipAddress = (isNewest ? event.ipAddress : undefined) ?? prior?.ipAddress;
  const principal = (isNewest ? event.principal : undefined) ?? prior?.principal;
  const wasNewest = prior !== undefined && newestConnection(prior).sessionIdentifier === newest;
  const carrier = (isNewest ? event.carrier : undefined) ?? (wasNewest ? prior.carrier : undefined);
  return {
    ...session,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    ...(principal === undefined ? {} : { principal }),
    ...(carrier === undefined ? {} : { carrier }),
  };
}

/** A CONNECT that comes again brings no will: it may have been published meanwhile. */
function willIn(event: SessionEvent, prior: Session | undefined): SessionWill | undefined {
  if (event.kind === 'declaration') return undefined;
  const { sessionIdentifier } = event.connection;
  const isAgain = prior?.connections.some(
    (known) => known.sessionIdentifier === sessionIdentifier && known.connectedAtMs !== undefined,
  );
  return isAgain === true ? undefined : event.will;
}

function withWills(session: Session, event: SessionEvent, prior: Session | undefined): Session {
  const wills = settleWills(prior ?? {}, willIn(event, prior), {
    connection: newestConnection(session),
    endsAtMs: session.endsAtMs,
    goesOn: prior?.incarnation === session.incarnation,
  });
  return { ...session, ...wills };
}

function declarationIn(event: SessionEvent): Declaration | undefined {
  if (event.kind === 'declaration' || event.declaration === undefined) return event.declaration;
  return { ...event.declaration, sessionIdentifier: event.connection.sessionIdentifier };
}

function outcomeOf(prior: Session | undefined, next: Session, event: SessionEvent, nowMs: number) {
  const newest = newestConnection(next);
  const connects = event.kind === 'connection' && event.connection.connectedAtMs !== undefined;
  if (connects && endOf(newest) !== undefined) return 'lateConnect';
  if (next.status === 'ended') return 'ended';
  if (prior === undefined || prior.incarnation !== next.incarnation || !exists(prior, nowMs)) {
    return next.status === 'connected' ? 'started' : 'disconnected';
  }
  if (newestConnection(prior).sessionIdentifier !== newest.sessionIdentifier) {
    return prior.status === 'connected' ? 'takenOver' : 'resumed';
  }
  return prior.status === 'connected' && next.status === 'disconnected' ? 'disconnected' : 'changed';
}

/** The same but for what every write sets anew. */
function isUnchanged(prior: Session, next: Session): boolean {
  const meaning = (session: Session) => ({ ...withoutEnd(session), revision: 0 });
  return isDeepStrictEqual(meaning(prior), meaning(next));
}

/**
 * What an event does to a session. Invariant: the final session is the same for every order and any
 * duplication of the same events, because it is computed anew from all that is known of the connections.
 */
export function transition(
  clientId: string,
  prior: Session | undefined,
  event: SessionEvent,
  rules: LifeRules,
  nowMs: number,
): Transition {
  if (event.kind === 'declaration' && prior === undefined) return { isChange: false, outcome: 'noSession' };
  if (prior !== undefined && event.kind === 'connection' && isStale(prior, event.connection, rules)) {
    return { isChange: false, outcome: 'stale', session: prior };
  }
  const known = prior === undefined ? [] : connectionsWithProgress(prior);
  const connections =
    event.kind === 'connection' ? joinConnection(known, event.connection, rules.settings) : known;
  const before = prior?.declarations ?? [];
  const declared = declarationIn(event);
  const declarations = declared === undefined ? before : joinDeclaration(before, declared);
  const computed = computeSession(clientId, prior, connections, declarations, rules);
  const next = withWills(withAddress(computed, event, prior), event, prior);
  if (prior !== undefined && isUnchanged(prior, next))
    return { isChange: false, outcome: 'duplicate', session: prior };
  return { isChange: true, outcome: outcomeOf(prior, next, event, nowMs), session: next };
}
