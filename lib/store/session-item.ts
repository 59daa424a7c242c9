import { createHash } from 'node:crypto';
import { startOf } from '#session/connection';
import { NEVER } from '#session/expiry';
import type { EndReason, Life } from '#session/life';
import { newestConnection, type Session, timeToLive } from '#session/session';
import type { Wills } from '#session/will';
import { StoreItemError } from './errors.ts';
import { fullPosition, shortPosition } from './positions.ts';
import type { Item } from './request.ts';
import {
  connectionFromList,
  connectionToList,
  declarationFromList,
  declarationToList,
} from './session-connections.ts';
import { progressFromList, progressToList } from './session-progress.ts';
import { type StoredWills, willsFromLists, willsToLists } from './session-wills.ts';
import { type StoredList, trimmed } from './stored-list.ts';

/** Parts of the index of one status, so that no partition holds every connected client. */
export const STATUS_SHARDS = 8;

function statusShardOf({ status, clientId }: Session): string {
  const digest = createHash('sha256').update(clientId).digest();
  return `${status}#${digest.readUInt32BE() % STATUS_SHARDS}`;
}

/** Expiry of disconnected sessions, start of connections, end of ended sessions: epoch seconds. */
function statusOrderOf(session: Session): number {
  if (session.status === 'connected') return Math.floor(startOf(newestConnection(session)) / 1000);
  return timeToLive(session) ?? NEVER;
}

/**
 * `[incarnation, startedAtMs, connection, sessionPresent, sessionExpiryInterval, owedFrom, caughtUp,
 * previousEnd]`; null where it is the session's own.
 */
function lifeToList(life: Life, session: Session): StoredList {
  const { incarnation, startedAtMs, connection, sessionPresent, sessionExpiryInterval, ...more } = life;
  const { owedFrom, caughtUp, previousEnd, ...forgotten } = more;
  forgotten satisfies Record<string, never>;
  return trimmed([
    incarnation === session.incarnation ? null : incarnation,
    startedAtMs === session.startedAtMs ? null : startedAtMs,
    connectionToList(connection, session.incarnation),
    sessionPresent,
    sessionExpiryInterval === session.sessionExpiryInterval ? null : sessionExpiryInterval,
    shortPosition(owedFrom),
    caughtUp,
    previousEnd ?? null,
  ]);
}

function lifeFromList(list: StoredList, stored: StoredSession): Life {
  const [incarnation, startedAtMs, connection, sessionPresent, interval, ...more] = list;
  const [owedFrom, caughtUp, previousEnd] = more;
  return {
    incarnation: (incarnation as string | null) ?? stored.incarnation,
    startedAtMs: (startedAtMs as number | null) ?? stored.startedAtMs,
    connection: connectionFromList(connection as StoredList, stored.incarnation),
    sessionPresent: sessionPresent as boolean,
    sessionExpiryInterval: (interval as number | null) ?? stored.sessionExpiryInterval,
    owedFrom: fullPosition(owedFrom as string),
    caughtUp: caughtUp as boolean,
    ...(previousEnd === undefined ? {} : { previousEnd: previousEnd as EndReason }),
  };
}

/** What is stored otherwise than the session holds it. */
type Packed =
  | 'connections'
  | 'declarations'
  | 'before'
  | 'progress'
  | 'cursor'
  | 'owedFrom'
  | 'stragglersFrom'
  | 'drops'
  | 'lastDrops'
  | keyof Wills;

interface StoredSession extends Omit<Session, Packed | 'owesDelivery' | 'delivered'>, StoredWills {
  readonly connections: readonly StoredList[];
  readonly declarations?: readonly StoredList[];
  readonly before?: StoredList;
  readonly progress?: StoredList;
  readonly cursor: string;
  /** Absent: the cursor. */
  readonly owedFrom?: string;
  readonly stragglersFrom?: string;
  readonly owesDelivery?: true;
  readonly delivered?: number;
  readonly drops?: Session['drops'];
  readonly lastDrops?: Session['lastDrops'];
  readonly statusShard: string;
  readonly statusOrder: number;
  readonly expiresAt?: number;
}

/** The attributes of a session: under 1 KB, one write unit, unless its names are long. */
export function toItem(session: Session): Item {
  const {
    connections,
    declarations,
    before,
    progress,
    cursor,
    owedFrom,
    owesDelivery,
    stragglersFrom,
    delivered,
    drops,
    lastDrops,
    will,
    dueWills,
    ...plain
  } = session;
  const expiresAt = timeToLive(session);
  const item: StoredSession = {
    ...plain,
    connections: connections.map((connection) => connectionToList(connection, session.incarnation)),
    ...(declarations.length === 0
      ? {}
      : { declarations: declarations.map((each) => declarationToList(each, connections)) }),
    ...(before === undefined ? {} : { before: lifeToList(before, session) }),
    ...(progress === undefined
      ? {}
      : { progress: progressToList(progress, { incarnation: session.incarnation, from: owedFrom }) }),
    cursor: shortPosition(cursor),
    ...(owedFrom === cursor ? {} : { owedFrom: shortPosition(owedFrom) }),
    ...(stragglersFrom === undefined ? {} : { stragglersFrom: shortPosition(stragglersFrom) }),
    ...(owesDelivery ? { owesDelivery } : {}),
    ...(delivered === 0 ? {} : { delivered }),
    ...(Object.keys(drops).length === 0 ? {} : { drops }),
    ...(lastDrops.length === 0 ? {} : { lastDrops }),
    ...willsToLists(session),
    statusShard: statusShardOf(session),
    statusOrder: statusOrderOf(session),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { ...item };
}

/** A session from its item, also one of a stream record once unmarshalled. */
export function fromItem(item: Item): Session {
  if (typeof item['clientId'] !== 'string' || !Array.isArray(item['connections'])) {
    throw new StoreItemError(
      `An item of Sessions has clientId and connections, but this one has ${Object.keys(item).join(', ')}; remove it or restore it`,
    );
  }
  const stored = item as unknown as StoredSession;
  const {
    connections,
    declarations,
    before,
    progress,
    cursor,
    owedFrom,
    owesDelivery,
    stragglersFrom,
    delivered,
    drops,
    lastDrops,
    will,
    dueWills,
    ...rest
  } = stored;
  const owed = fullPosition(owedFrom ?? cursor);
  const { statusShard: _shard, statusOrder: _order, expiresAt: _expiresAt, ...plain } = rest;
  const known = connections.map((list) => connectionFromList(list, stored.incarnation));
  return {
    ...plain,
    connections: known,
    declarations: (declarations ?? []).map((list) => declarationFromList(list, known)),
    ...(before === undefined ? {} : { before: lifeFromList(before, stored) }),
    ...(progress === undefined
      ? {}
      : { progress: progressFromList(progress, { incarnation: stored.incarnation, from: owed }) }),
    cursor: fullPosition(cursor),
    owedFrom: owed,
    owesDelivery: owesDelivery ?? false,
    ...(stragglersFrom === undefined ? {} : { stragglersFrom: fullPosition(stragglersFrom) }),
    delivered: delivered ?? 0,
    drops: drops ?? {},
    lastDrops: lastDrops ?? [],
    ...willsFromLists(stored),
  };
}
