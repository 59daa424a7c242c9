import { changeInterval } from '../expiry.ts';
import { type Connection, endOf, startOf } from './connection.ts';

/** What a device says of its own session, since IoT Core's events do not. */
export interface Declaration {
  readonly atMs: number;
  /** Of the connection whose packet it was; absent where its time alone tells. */
  readonly sessionIdentifier?: string;
  readonly cleanStart?: boolean;
  /** Seconds; 0xFFFFFFFF never expires. */
  readonly sessionExpiryInterval?: number;
  /** An operator's word: it sets any interval, also from 0. */
  readonly byOperator?: true;
}

/** More of a client than this are cut down to those that decide. */
const REMEMBERED = 16;
/** Clocks of the rules engine and of the lifecycle events may disagree by this much. */
const CLOCK_DIFFERENCE_MS = 5_000;

function isSame(one: Declaration, other: Declaration): boolean {
  return (
    one.atMs === other.atMs &&
    one.sessionIdentifier === other.sessionIdentifier &&
    one.cleanStart === other.cleanStart &&
    one.sessionExpiryInterval === other.sessionExpiryInterval &&
    one.byOperator === other.byOperator
  );
}

/** Adds a declaration to those known, in time order; a duplicate changes nothing. */
export function joinDeclaration(known: readonly Declaration[], added: Declaration): readonly Declaration[] {
  if (known.some((declaration) => isSame(declaration, added))) return known;
  return [...known, added].sort(compareDeclarations);
}

/** In time order; of the same millisecond an operator has the last word. */
function compareDeclarations(one: Declaration, other: Declaration): number {
  return one.atMs - other.atMs || Number(one.byOperator ?? false) - Number(other.byOperator ?? false);
}

/** The interval that an operator has set on a connection, unless the device has spoken since. */
export function operatorsInterval(declarations: readonly Declaration[]): Declaration | undefined {
  const last = declarations.findLast(({ sessionExpiryInterval }) => sessionExpiryInterval !== undefined);
  return last?.byOperator ? last : undefined;
}

/**
 * The declarations that are worth keeping once there are many: of each connection the first word on Clean
 * Start, the first interval of 0, after which no other of the device counts, the first and the last interval, and
 * an operator's last word with the first interval of 0 behind it.
 */
export function rememberDeclarations(
  declarations: readonly Declaration[],
  connections: readonly Connection[],
): readonly Declaration[] {
  if (declarations.length <= REMEMBERED) return declarations;
  const kept = new Set<Declaration | undefined>();
  for (const connection of connections) {
    const own = declarationsOn(connection, connections, declarations);
    const intervals = own.filter(({ sessionExpiryInterval }) => sessionExpiryInterval !== undefined);
    kept.add(own.find(({ cleanStart }) => cleanStart !== undefined));
    kept.add(intervals.find(({ sessionExpiryInterval }) => sessionExpiryInterval === 0));
    kept.add(intervals[0]).add(intervals.at(-1));
    const operators = intervals.findLastIndex(({ byOperator }) => byOperator);
    if (operators < 0) continue;
    const since = intervals.slice(operators);
    kept.add(since[0]).add(since.find(({ sessionExpiryInterval }) => sessionExpiryInterval === 0));
  }
  return declarations.filter((declaration) => kept.has(declaration));
}

/** Without those of packets whose connections are forgotten; nobody else takes them for its own. */
export function withoutForgotten(
  declarations: readonly Declaration[],
  connections: readonly Connection[],
): readonly Declaration[] {
  const known = new Set(connections.map((connection) => connection.sessionIdentifier));
  return declarations.filter(
    ({ sessionIdentifier }) => sessionIdentifier === undefined || known.has(sessionIdentifier),
  );
}

/**
 * The connection on which a declaration was made: the one whose packet it was, or that stood at its time.
 * Between the clocks of different carriers, time alone would not tell.
 */
function ownerOf(declaration: Declaration, connections: readonly Connection[]): Connection | undefined {
  const { sessionIdentifier } = declaration;
  if (sessionIdentifier !== undefined) {
    return connections.findLast((connection) => connection.sessionIdentifier === sessionIdentifier);
  }
  const index = connections.findLastIndex((connection) => startOf(connection) <= declaration.atMs);
  const standing = connections[index];
  const next = connections[index + 1];
  const nextIsClose = next !== undefined && startOf(next) - declaration.atMs <= CLOCK_DIFFERENCE_MS;
  if (standing === undefined) return nextIsClose ? next : undefined;
  const endedBefore = (endOf(standing) ?? Number.POSITIVE_INFINITY) < declaration.atMs;
  return endedBefore && nextIsClose ? next : standing;
}

/** The declarations made on one of the connections, in time order. */
export function declarationsOn(
  connection: Connection,
  connections: readonly Connection[],
  declarations: readonly Declaration[],
): Declaration[] {
  return declarations.filter((declaration) => ownerOf(declaration, connections) === connection);
}

/**
 * The interval after all that was declared. The first declaration stands for CONNECT where nothing else
 * says what CONNECT asked for; each later one stands for DISCONNECT, which may not raise it from 0. An operator's
 * sets it whatever it was.
 *
 * @param maximum of what the device may say
 */
export function declaredInterval(
  initial: number,
  declarations: readonly Declaration[],
  maximum?: number,
): number;
export function declaredInterval(
  initial: number | undefined,
  declarations: readonly Declaration[],
  maximum?: number,
): number | undefined;
export function declaredInterval(
  initial: number | undefined,
  declarations: readonly Declaration[],
  maximum = Number.POSITIVE_INFINITY,
): number | undefined {
  let interval = initial;
  for (const { sessionExpiryInterval, byOperator } of declarations) {
    if (sessionExpiryInterval === undefined) continue;
    if (byOperator) {
      interval = sessionExpiryInterval;
      continue;
    }
    const asked = Math.min(sessionExpiryInterval, maximum);
    if (interval === undefined) {
      interval = asked;
      continue;
    }
    const change = changeInterval(interval, asked);
    if (change.changed) interval = change.interval;
  }
  return interval;
}

/** Whether CONNECT asked for a clean start: the first word on it counts. */
export function declaredCleanStart(declarations: readonly Declaration[]): boolean | undefined {
  return declarations.find(({ cleanStart }) => cleanStart !== undefined)?.cleanStart;
}
