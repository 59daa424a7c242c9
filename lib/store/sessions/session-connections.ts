import type { Connection } from '#session/life/connection';
import type { Declaration } from '#session/life/declaration';
import { fullIdentifier, shortIdentifier } from '../encoding/identifiers.ts';
import { fullPosition, shortPosition } from '../encoding/positions.ts';
import { type StoredList, trimmed } from '../encoding/stored-list.ts';
import { progressFromList, progressToList } from './session-progress.ts';

/**
 * A connection as a list, so that a session with five of them still is one write unit (1 KB). The order is
 * the format: append new properties at the end. Absent ones are null, those at the end left out. Where
 * `connectedAtMs` is known, the other times count from it; `seenAtMs` null: the same.
 */
const ORDER = [
  'sessionIdentifier',
  'versionNumber',
  'connectedAtMs',
  'seenAtMs',
  'disconnectedAtMs',
  'disconnectReason',
  'goneAtMs',
  'keepAliveSeconds',
  'brokerCleanSession',
  'brokerSessionExpiry',
  'brokerResumed',
  'caughtUpFrom',
  'progress',
  'endedByOperatorAtMs',
  'givenUpBefore',
  'isProvisioned',
  'behindMs',
  'endedByOperation',
  'isSubscribedByOperator',
] as const satisfies readonly (keyof Connection)[];

/** `delivered` lies apart, so that connections without it stay short. */
type Forgotten = Exclude<keyof Connection, (typeof ORDER)[number] | 'delivered'>;
/** Does not compile while a property of Connection would not be stored. */
const nothingForgotten: Forgotten extends never ? true : Forgotten = true;

/** Stored as their place in this list; append new ones at the end. Other reasons are stored as they are. */
const DISCONNECT_REASONS = [
  'CLIENT_INITIATED_DISCONNECT',
  'CONNECTION_LOST',
  'MQTT_KEEP_ALIVE_TIMEOUT',
  'DUPLICATE_CLIENTID',
  'CLIENT_ERROR',
  'SERVER_ERROR',
  'SERVER_INITIATED_DISCONNECT',
  'API_INITIATED_DISCONNECT',
  'AUTH_ERROR',
  'FORBIDDEN_ACCESS',
  'THROTTLED',
  'WEBSOCKET_TTL_EXPIRATION',
  'CUSTOMAUTH_TTL_EXPIRATION',
  'DISCONNECT_WITH_WILL',
];

function shortReason(reason: string): number | string {
  const place = DISCONNECT_REASONS.indexOf(reason);
  return place < 0 ? reason : place;
}

function fullReason(stored: unknown): string {
  return typeof stored === 'number' ? (DISCONNECT_REASONS[stored] ?? String(stored)) : String(stored);
}

const TIMES = [
  'seenAtMs',
  'disconnectedAtMs',
  'goneAtMs',
  'endedByOperatorAtMs',
  'behindMs',
] as const satisfies readonly (keyof Connection)[];

/** The times of a connection, each with so much added as it is not undefined. */
function shifted(times: Partial<Connection>, byMs: number): Partial<Connection> {
  const present = TIMES.map((property) => [property, times[property]] as const);
  return Object.fromEntries(
    present.flatMap(([property, atMs]) => (atMs === undefined ? [] : [[property, atMs + byMs]])),
  );
}

export function connectionToList(connection: Connection, incarnation: string): StoredList {
  const { sessionIdentifier, caughtUpFrom, progress, seenAtMs, connectedAtMs, disconnectReason } = connection;
  const { givenUpBefore, endedByOperation } = connection;
  const stored: Record<string, unknown> = {
    ...connection,
    ...shifted(connection, -(connectedAtMs ?? 0)),
    sessionIdentifier: shortIdentifier(sessionIdentifier),
    ...(seenAtMs === connectedAtMs ? { seenAtMs: null } : {}),
    ...(disconnectReason === undefined ? {} : { disconnectReason: shortReason(disconnectReason) }),
    ...(caughtUpFrom === undefined ? {} : { caughtUpFrom: shortPosition(caughtUpFrom) }),
    ...(progress === undefined
      ? {}
      : { progress: progressToList(progress, { incarnation, from: caughtUpFrom }) }),
    ...(givenUpBefore === undefined ? {} : { givenUpBefore: shortPosition(givenUpBefore) }),
    ...(endedByOperation === undefined ? {} : { endedByOperation: shortIdentifier(endedByOperation) }),
  };
  return trimmed(ORDER.map((property) => (nothingForgotten && stored[property]) ?? null));
}

export function connectionFromList(list: StoredList, incarnation: string): Connection {
  const present = ORDER.map((property, index) => [property, list[index] ?? undefined] as const);
  const stored = Object.fromEntries(
    present.filter(([, value]) => value !== undefined),
  ) as unknown as Connection;
  const { connectedAtMs = 0, disconnectReason, progress, givenUpBefore, endedByOperation } = stored;
  const caughtUpFrom = stored.caughtUpFrom === undefined ? undefined : fullPosition(stored.caughtUpFrom);
  const implied = { incarnation, from: caughtUpFrom };
  return {
    ...stored,
    seenAtMs: connectedAtMs,
    ...shifted(stored, connectedAtMs),
    sessionIdentifier: fullIdentifier(stored.sessionIdentifier),
    ...(disconnectReason === undefined ? {} : { disconnectReason: fullReason(disconnectReason) }),
    ...(caughtUpFrom === undefined ? {} : { caughtUpFrom }),
    ...(progress === undefined
      ? {}
      : { progress: progressFromList(progress as unknown as StoredList, implied) }),
    ...(givenUpBefore === undefined ? {} : { givenUpBefore: fullPosition(givenUpBefore) }),
    ...(endedByOperation === undefined ? {} : { endedByOperation: fullIdentifier(endedByOperation) }),
  };
}

/**
 * `[atMs, cleanStart, sessionExpiryInterval, owner, byOperator]`; the owner as its place among the session's connections, from
 * whose `connectedAtMs` the time then counts, or its identifier. The time is null where it is the owner's end.
 */
export function declarationToList(declaration: Declaration, connections: readonly Connection[]): StoredList {
  const { atMs, cleanStart, sessionExpiryInterval, sessionIdentifier, byOperator, ...forgotten } =
    declaration;
  forgotten satisfies Record<string, never>;
  const place = connections.findIndex((connection) => connection.sessionIdentifier === sessionIdentifier);
  const owner = connections[place];
  const identifier = sessionIdentifier === undefined ? null : shortIdentifier(sessionIdentifier);
  return trimmed([
    atMs === owner?.disconnectedAtMs ? null : atMs - (owner?.connectedAtMs ?? 0),
    cleanStart ?? null,
    sessionExpiryInterval ?? null,
    place < 0 ? identifier : place,
    byOperator ?? null,
  ]);
}

export function declarationFromList(list: StoredList, connections: readonly Connection[]): Declaration {
  const [storedMs, cleanStart, sessionExpiryInterval, owner, byOperator] = list as [
    number | null,
    (boolean | null)?,
    (number | null)?,
    (number | string | null)?,
    boolean?,
  ];
  const connection = typeof owner === 'number' ? connections[owner] : undefined;
  const sessionIdentifier = typeof owner === 'string' ? fullIdentifier(owner) : connection?.sessionIdentifier;
  const countedMs = (storedMs ?? 0) + (connection?.connectedAtMs ?? 0);
  return {
    atMs: storedMs === null ? (connection?.disconnectedAtMs ?? countedMs) : countedMs,
    ...(sessionIdentifier === undefined ? {} : { sessionIdentifier }),
    ...(typeof cleanStart === 'boolean' ? { cleanStart } : {}),
    ...(typeof sessionExpiryInterval === 'number' ? { sessionExpiryInterval } : {}),
    ...(byOperator === true ? { byOperator } : {}),
  };
}
