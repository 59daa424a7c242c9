import { isDeepStrictEqual } from 'node:util';
import { type Connection, compareConnections, endOf, joinConnection } from './connection.ts';
import {
  type Declaration,
  declarationsOn,
  joinDeclaration,
  rememberDeclarations,
  withoutForgotten,
} from './declaration.ts';
import { deliveredBy } from './delivered-in-all.ts';
import { cursorOf, endOfLife, incarnationOf, type Life, type LifeRules, liveThrough } from './life.ts';
import { later, type Position } from './position.ts';
import type { Progress } from './progress.ts';
import { exists, newestConnection, type Session, type SessionStatus } from './session.ts';
import { type SessionWill, settleWills } from './will.ts';

/** How many connections are remembered one by one, so that their events may come in any order. */
export const REMEMBERED_CONNECTIONS = 5;

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

function statusOf(life: Life): SessionStatus {
  if (life.connection.endedByOperatorAtMs !== undefined) return 'ended';
  if (endOf(life.connection) === undefined) return 'connected';
  return life.sessionExpiryInterval === 0 ? 'ended' : 'disconnected';
}

function sessionFrom(
  clientId: string,
  prior: Session | undefined,
  connections: readonly Connection[],
  known: readonly Declaration[],
  rules: LifeRules,
): Session {
  // A forgotten connection keeps its own declarations, so that they are not taken for another's.
  const owners = prior?.before === undefined ? connections : [prior.before.connection, ...connections];
  const declarations = rememberDeclarations(known, owners);
  const declarationsOf = (connection: Connection) => declarationsOn(connection, owners, declarations);
  const forgotten = connections.slice(0, -REMEMBERED_CONNECTIONS);
  const remembered = connections.slice(-REMEMBERED_CONNECTIONS);
  const before = withoutDelivered(liveThrough(prior?.before, forgotten, declarationsOf, rules));
  const life = liveThrough(before, remembered, declarationsOf, rules);
  if (life === undefined) throw new Error(`No connection of ${clientId} is known`);
  const endsAtMs = endOfLife(life, endOf(life.connection), false).atMs;
  const stragglersFrom = stragglersAfter(prior, connectionsOfLife(life.incarnation, remembered), life);
  const status = statusOf(life);
  const progress = life.connection.progress ?? sameCatchUp(prior?.progress, life);
  return {
    clientId,
    revision: (prior?.revision ?? 0) + 1,
    incarnation: life.incarnation,
    startedAtMs: life.startedAtMs,
    status,
    connections: [...remembered.slice(0, -1), withoutProgress(life.connection)],
    ...(before === undefined ? {} : { before }),
    declarations: withoutForgotten(declarations, remembered),
    sessionPresent: life.sessionPresent,
    sessionExpiryInterval: life.sessionExpiryInterval,
    ...(endsAtMs === undefined ? {} : { endsAtMs }),
    owedFrom: life.owedFrom,
    cursor: cursorOf(life, rules),
    ...(stragglersFrom === undefined ? {} : { stragglersFrom }),
    owesDelivery: status === 'connected' && !life.caughtUp,
    ...(progress === undefined ? {} : { progress }),
    ...(prior?.lease === undefined ? {} : { lease: prior.lease }),
    ...endOfPrior(prior, life, remembered),
    ...(mustRehome(prior, life, remembered) ? { rehome: true } : {}),
    delivered: (prior?.delivered ?? 0) + deliveredMeanwhile(prior, connections),
    drops: prior?.drops ?? {},
    lastDrops: prior?.lastDrops ?? [],
  };
}

/** Of what came before, how far its newest flow had come is enough. */
function withoutDelivered(before: Life | undefined): Life | undefined {
  if (before?.connection.delivered === undefined) return before;
  const { delivered: _, ...connection } = before.connection;
  return { ...before, connection };
}

/** What the facts about connections tell of flows beyond what was counted. */
function deliveredMeanwhile(prior: Session | undefined, connections: readonly Connection[]): number {
  const before = prior?.before;
  return deliveredBy(before, connections) - deliveredBy(before, prior?.connections ?? []);
}

/** Of the stragglers those before it are delivered, or given up by an operator. */
function stragglersAfter(
  prior: Session | undefined,
  connections: readonly Connection[],
  { incarnation }: Life,
): Position | undefined {
  const known = prior?.incarnation === incarnation ? prior.stragglersFrom : undefined;
  const givenUp = connections.map(({ givenUpBefore }) => givenUpBefore);
  const all = [known, ...givenUp].filter((each) => each !== undefined);
  return all.length === 0 ? undefined : all.reduce(later);
}

function withoutProgress({ progress: _, ...connection }: Connection): Connection {
  return connection;
}

/** The connections with what was delivered to each of them. */
function connectionsWithProgress({ connections, progress }: Session): readonly Connection[] {
  if (progress === undefined) return connections;
  return connections.map((connection, index) =>
    index === connections.length - 1 ? { ...connection, progress } : connection,
  );
}

/** A catch-up that starts again where it had started has given up the same messages already. */
function sameCatchUp(progress: Progress | undefined, { incarnation, owedFrom }: Life): Progress | undefined {
  if (progress?.skip === undefined) return undefined;
  if (progress.incarnation !== incarnation || progress.from !== owedFrom) return undefined;
  return { incarnation, from: owedFrom, at: owedFrom, skip: progress.skip };
}

/**
 * What the clean-up has to remove after this write. A life has not ended when its connections turn out to be
 * part of a life that began earlier, or under another name.
 */
function endOfPrior(prior: Session | undefined, life: Life, connections: readonly Connection[]) {
  if (prior === undefined || prior.status === 'ended') return {};
  if (prior.incarnation === life.incarnation) {
    const { reason } = endOfLife(life, endOf(life.connection), false);
    return statusOf(life) === 'ended' ? { endedIncarnation: life.incarnation, endReason: reason } : {};
  }
  const first = prior.connections.find((connection) => incarnationOf(connection) === prior.incarnation);
  const goesOn = connectionsOfLife(life.incarnation, connections).some(
    ({ sessionIdentifier }) => sessionIdentifier === first?.sessionIdentifier,
  );
  if (goesOn || life.previousEnd === undefined) return {};
  return { endedIncarnation: prior.incarnation, endReason: life.previousEnd };
}

/** Subscriptions made on a connection that was known belong to the life it turns out to be part of. */
function mustRehome(prior: Session | undefined, life: Life, connections: readonly Connection[]): boolean {
  if (prior === undefined) return false;
  if (prior.rehome === true) return true;
  if (prior.incarnation === life.incarnation) return false;
  const known = new Set(prior.connections.map(({ sessionIdentifier }) => sessionIdentifier));
  return connectionsOfLife(life.incarnation, connections).some(({ sessionIdentifier }) =>
    known.has(sessionIdentifier),
  );
}

/** From the connection that gave the life its name; all of them when that has been forgotten. Clocks may err. */
function connectionsOfLife(incarnation: string, connections: readonly Connection[]): readonly Connection[] {
  const first = connections.findIndex((connection) => incarnationOf(connection) === incarnation);
  return connections.slice(Math.max(first, 0));
}

/** The session identifiers whose subscriptions belong to the session's life. */
export function identifiersOfLife(session: Session): ReadonlySet<string> {
  const connections = connectionsOfLife(session.incarnation, session.connections);
  return new Set(connections.map(({ sessionIdentifier }) => sessionIdentifier));
}

/**
 * An event of a connection that has been forgotten, or the end of one that was taken over meanwhile, unless it says what
 * the connection has delivered.
 */
function isStale(prior: Session, fact: Connection): boolean {
  const known = prior.connections.some(
    (connection) => connection.sessionIdentifier === fact.sessionIdentifier,
  );
  if (!known && prior.before !== undefined) {
    const forgotten = prior.before.connection;
    const isForgotten =
      fact.sessionIdentifier === forgotten.sessionIdentifier &&
      (fact.versionNumber ?? forgotten.versionNumber) === forgotten.versionNumber;
    return isForgotten || compareConnections(fact, forgotten) <= 0;
  }
  const newest = newestConnection(prior);
  const isEarlier = known && fact.sessionIdentifier !== newest.sessionIdentifier;
  return isEarlier && fact.delivered === undefined && fact.disconnectReason === 'DUPLICATE_CLIENTID';
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
  const meaning = ({ revision: _, endedIncarnation: __, endReason: ___, ...rest }: Session) => rest;
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
  if (prior !== undefined && event.kind === 'connection' && isStale(prior, event.connection)) {
    return { isChange: false, outcome: 'stale', session: prior };
  }
  const known = prior === undefined ? [] : connectionsWithProgress(prior);
  const connections = event.kind === 'connection' ? joinConnection(known, event.connection) : known;
  const before = prior?.declarations ?? [];
  const declared = declarationIn(event);
  const declarations = declared === undefined ? before : joinDeclaration(before, declared);
  const computed = sessionFrom(clientId, prior, connections, declarations, rules);
  const next = withWills(withAddress(computed, event, prior), event, prior);
  if (prior !== undefined && isUnchanged(prior, next))
    return { isChange: false, outcome: 'duplicate', session: prior };
  return { isChange: true, outcome: outcomeOf(prior, next, event, nowMs), session: next };
}
