import { createHash } from 'node:crypto';
import { NEVER } from '#session/expiry';
import { type Connection, endOf, startOf } from '#session/life/connection';
import type { EndReason, Life } from '#session/life/life';
import type { Wills } from '#session/life/will';
import { newestConnection, type Session, timeToLive } from '#session/session';
import { fullPosition, shortPosition } from '../encoding/positions.ts';
import { type StoredList, trimmed } from '../encoding/stored-list.ts';
import { StoreItemError } from '../errors.ts';
import type { Item } from '../requests/request.ts';
import { CLIENT_SHARDS } from '../table-definitions.ts';
import {
  connectionFromList,
  connectionToList,
  declarationFromList,
  declarationToList,
} from './session-connections.ts';
import { deliveredFromText, deliveredToText, type StoredDelivered } from './session-delivered.ts';
import { leaseFromList, leaseToList } from './session-lease.ts';
import { progressFromList, progressToList } from './session-progress.ts';
import { type StoredWills, willsFromLists, willsToLists } from './session-wills.ts';

function digestOf(clientId: string): Buffer {
  return createHash('sha256').update(clientId).digest();
}

function shardOf(clientId: string): number {
  return digestOf(clientId).readUInt32BE() % CLIENT_SHARDS;
}

/** Says the status of a session as well. */
export const statusShardOf = ({ status, clientId }: Pick<Session, 'status' | 'clientId'>) =>
  `${status}#${shardOf(clientId)}`;

/** Epoch seconds in seven characters, which is also the order of the text. */
export const sortableSeconds = (seconds: number) => seconds.toString(36).padStart(7, '0');

/**
 * Order, since, bits of the client identifier, so that no two are the same and a page can begin behind any of them.
 * The order is the expiry of disconnected sessions, the start of connections, the end of ended sessions; since is
 * when the newest connection started or ended: epoch seconds.
 */
function statusOrderOf(session: Session): string {
  const connection = newestConnection(session);
  const isConnected = session.status === 'connected';
  const endedAtMs = isConnected ? undefined : endOf(connection);
  const since = Math.floor((endedAtMs ?? startOf(connection)) / 1000);
  const order = isConnected ? since : (timeToLive(session) ?? NEVER);
  const unique = digestOf(session.clientId).toString('base64url', 4, 7);
  return `${sortableSeconds(order)}${sortableSeconds(since)}${unique}`;
}

/**
 * `[incarnation, startedAtMs, connection, sessionPresent, sessionExpiryInterval, owedFrom, caughtUp,
 * previousEnd, intervalSetAtMs, resumedAtBroker]`; null where it is the session's own.
 */
function lifeToList(life: Life, session: Session): StoredList {
  const { incarnation, startedAtMs, connection, sessionPresent, sessionExpiryInterval, ...more } = life;
  const {
    owedFrom,
    caughtUp,
    previousEnd,
    intervalSetAtMs,
    resumedAtBroker,
    delivered: _,
    ...forgotten
  } = more;
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
    intervalSetAtMs ?? null,
    resumedAtBroker ?? null,
  ]);
}

function lifeFromList(list: StoredList, stored: StoredSession, delivered: Life['delivered']): Life {
  const [incarnation, startedAtMs, connection, sessionPresent, interval, ...more] = list;
  const [owedFrom, caughtUp, previousEnd, intervalSetAtMs, resumedAtBroker] = more;
  return {
    incarnation: (incarnation as string | null) ?? stored.incarnation,
    startedAtMs: (startedAtMs as number | null) ?? stored.startedAtMs,
    connection: connectionFromList(connection as StoredList, stored.incarnation),
    sessionPresent: sessionPresent as boolean,
    sessionExpiryInterval: (interval as number | null) ?? stored.sessionExpiryInterval,
    owedFrom: fullPosition(owedFrom as string),
    caughtUp: caughtUp as boolean,
    ...(typeof previousEnd === 'string' ? { previousEnd: previousEnd as EndReason } : {}),
    ...(typeof intervalSetAtMs === 'number' ? { intervalSetAtMs } : {}),
    ...(resumedAtBroker === true ? { resumedAtBroker } : {}),
    ...(delivered === undefined ? {} : { delivered }),
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
  | 'lease'
  | keyof Wills;

interface StoredSession
  extends Omit<Session, Packed | 'owesDelivery' | 'delivered'>,
    StoredWills,
    StoredDelivered {
  readonly connections: readonly StoredList[];
  readonly declarations?: readonly StoredList[];
  readonly before?: StoredList;
  readonly progress?: StoredList;
  readonly cursor: string;
  /** Absent: the cursor. */
  readonly owedFrom?: string;
  readonly stragglersFrom?: string;
  readonly owesDelivery?: true;
  readonly drops?: Session['drops'];
  readonly lastDrops?: Session['lastDrops'];
  readonly lease?: StoredList;
  readonly statusShard: string;
  readonly statusOrder: string;
  readonly shard: number;
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
    delivered: _,
    drops,
    lastDrops,
    lease,
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
    ...deliveredToText(session),
    ...(Object.keys(drops).length === 0 ? {} : { drops }),
    ...(lastDrops.length === 0 ? {} : { lastDrops }),
    ...(lease === undefined ? {} : { lease: leaseToList(lease) }),
    ...willsToLists(session),
    statusShard: statusShardOf(session),
    statusOrder: statusOrderOf(session),
    shard: shardOf(session.clientId),
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
    flows: _flows,
    lives: _lives,
    declarations,
    before,
    progress,
    cursor,
    owedFrom,
    owesDelivery,
    stragglersFrom,
    delivered: _delivered,
    drops,
    lastDrops,
    lease,
    will,
    dueWills,
    ...rest
  } = stored;
  const owed = fullPosition(owedFrom ?? cursor);
  const { statusShard: _, statusOrder: __, shard: ___, expiresAt: ____, ...plain } = rest;
  const brought = deliveredFromText(stored, stored.incarnation);
  const known = connections.map((list, place): Connection => {
    const connection = connectionFromList(list, stored.incarnation);
    const each = brought.connections[place];
    return each === undefined ? connection : { ...connection, delivered: each };
  });
  return {
    ...plain,
    connections: known,
    declarations: (declarations ?? []).map((list) => declarationFromList(list, known)),
    ...(before === undefined ? {} : { before: lifeFromList(before, stored, brought.before) }),
    ...(progress === undefined
      ? {}
      : { progress: progressFromList(progress, { incarnation: stored.incarnation, from: owed }) }),
    cursor: fullPosition(cursor),
    owedFrom: owed,
    owesDelivery: owesDelivery ?? false,
    ...(stragglersFrom === undefined ? {} : { stragglersFrom: fullPosition(stragglersFrom) }),
    delivered: brought.delivered,
    drops: drops ?? {},
    lastDrops: lastDrops ?? [],
    ...(lease === undefined ? {} : { lease: leaseFromList(lease) }),
    ...willsFromLists(stored),
  };
}
