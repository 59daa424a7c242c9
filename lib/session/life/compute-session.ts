import { deliveredBy } from '../delivery/delivered-in-all.ts';
import type { Progress } from '../delivery/progress.ts';
import { later, type Position } from '../position.ts';
import type { Session, SessionStatus } from '../session.ts';
import { type Connection, endOf } from './connection.ts';
import { type Declaration, declarationsOn, rememberDeclarations, withoutForgotten } from './declaration.ts';
import { cursorOf, endOfLife, incarnationOf, type Life, type LifeRules, liveThrough } from './life.ts';

/** How many connections are remembered one by one, so that their events may come in any order. */
export const REMEMBERED_CONNECTIONS = 5;

function statusOf(life: Life): SessionStatus {
  if (life.connection.endedByOperatorAtMs !== undefined) return 'ended';
  if (endOf(life.connection) === undefined) return 'connected';
  return life.sessionExpiryInterval === 0 ? 'ended' : 'disconnected';
}

/**
 * The session that follows from all that is known of a client's connections and what was declared on them.
 *
 * @param prior what was stored, for what no fact tells: counts, the lease, what is being cleaned up
 * @param connections at least one, oldest first
 */
export function computeSession(
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
    ...(life.resumedAtBroker && { resumedAtBroker: true }),
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
