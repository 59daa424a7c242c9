import type { SessionPolicy } from '../configuration/policy.ts';
import type { Settings } from '../configuration/settings.ts';
import { type Delivered, deliveredAfter } from '../delivery/delivered.ts';
import type { Progress } from '../delivery/progress.ts';
import { capInterval, hasExpired, NEVER, sessionEndMs } from '../expiry.ts';
import { earlier, later, type Position, positionAt } from '../position.ts';
import { brokerSessionStands } from './broker-session.ts';
import { type Connection, endOf, overAtMs, startOf, wasTakenOver } from './connection.ts';
import { type Declaration, declaredCleanStart, declaredInterval, operatorsInterval } from './declaration.ts';
import { lossWindowMs } from './loss-window.ts';

/** Why a life of a client identifier ended. */
export type EndReason = 'expired' | 'cleanStart' | 'disconnected' | 'takenOver' | 'operator';

/** The rules that a life is computed with. */
export interface LifeRules {
  readonly policy: SessionPolicy;
  readonly settings: Settings;
}

/** One life of a client identifier, up to and including one of its connections. */
export interface Life {
  readonly incarnation: string;
  readonly startedAtMs: number;
  /** Its newest connection. */
  readonly connection: Connection;
  /** That connection found the life there. */
  readonly sessionPresent: boolean;
  /** In force for that connection, seconds. */
  readonly sessionExpiryInterval: number;
  /** An operator has set the interval then, epoch milliseconds, and the device has not spoken since. */
  readonly intervalSetAtMs?: number;
  /** Delivery to that connection is owed from here on. */
  readonly owedFrom: Position;
  /** The broker delivers everything from `owedFrom` on to that connection, or the pump already has. */
  readonly caughtUp: boolean;
  /**
   * The broker's own session was still there for that connection, and holds what the device has subscribed itself; what
   * an operator has subscribed is for the pump.
   */
  readonly resumedAtBroker?: true;
  /** How the life before this one ended. */
  readonly previousEnd?: EndReason;
  /** What is known of the newest flow at the packet edge, of this life or an earlier one. */
  readonly delivered?: Delivered;
}

/** A new incarnation for every new life of the id, the same whatever the order of its events. */
export function incarnationOf(connection: Connection): string {
  return `${connection.versionNumber ?? 'early'}:${connection.sessionIdentifier}`;
}

/** What the broker was asked counts for more than the clock. */
function brokerHolds(previous: Connection, endedAtMs: number, next: Connection, settings: Settings): boolean {
  if (previous.brokerCleanSession !== false || next.brokerCleanSession !== false) return false;
  return next.brokerResumed ?? brokerSessionStands(previous, endedAtMs, startOf(next), settings);
}

/** What an operator has given up is not owed to anybody. */
function withoutGivenUp(owedFrom: Position, { givenUpBefore }: Connection): Position {
  return later(owedFrom, givenUpBefore ?? owedFrom);
}

/** Nothing is left of it for the next connection, however soon or late that was. */
function endsInAnyCase({ connection, sessionExpiryInterval }: Life): boolean {
  return sessionExpiryInterval === 0 || connection.endedByOperatorAtMs !== undefined;
}

export interface LifeEnd {
  /** Absent: it does not end, as far as is known. */
  readonly atMs?: number;
  readonly reason: EndReason;
}

/** When a life ends by itself. An operator who shortens the interval does not end it before that moment. */
function endByItself(life: Life, endedAtMs: number | undefined, takenOver: boolean): LifeEnd {
  const { sessionExpiryInterval, intervalSetAtMs = Number.NEGATIVE_INFINITY } = life;
  const endMs = endedAtMs === undefined ? undefined : sessionEndMs(endedAtMs, sessionExpiryInterval);
  if (endedAtMs === undefined || endMs === undefined) return { reason: 'expired' };
  const atMs = Math.max(endMs, intervalSetAtMs);
  if (sessionExpiryInterval > 0) return { atMs, reason: 'expired' };
  if (intervalSetAtMs > endedAtMs) return { atMs, reason: 'operator' };
  return { atMs, reason: takenOver ? 'takenOver' : 'disconnected' };
}

/**
 * When a life ends, and why: by itself or by an operator, whichever is first.
 *
 * @param endedAtMs its newest connection, undefined: that still stands
 */
export function endOfLife(life: Life, endedAtMs: number | undefined, takenOver: boolean): LifeEnd {
  const byItself = endByItself(life, endedAtMs, takenOver);
  const { endedByOperatorAtMs } = life.connection;
  if (endedByOperatorAtMs === undefined || hasExpired(byItself.atMs, endedByOperatorAtMs)) return byItself;
  return { atMs: endedByOperatorAtMs, reason: 'operator' };
}

/** How far delivery to the life's newest connection came, if it covers all that is owed to it. */
function confirmedOn({ connection, incarnation, owedFrom }: Life): Progress | undefined {
  const { progress } = connection;
  return progress?.incarnation === incarnation && progress.from <= owedFrom ? progress : undefined;
}

/**
 * Where delivery has to go on when a connection has ended: what the pump confirmed stays delivered, and what
 * the broker delivered itself counts as delivered up to the loss window before the end.
 */
function owedAfter(life: Life, endedAtMs: number, takenOver: boolean, rules: LifeRules): Position {
  const { connection, owedFrom } = life;
  const confirmed = confirmedOn(life);
  const reached = confirmed === undefined ? owedFrom : later(owedFrom, confirmed.at);
  const live = positionAt(Math.max(endedAtMs - lossWindowMs(connection, takenOver, rules.settings), 0));
  if (life.caughtUp) return later(confirmed?.beyondLive ? owedFrom : reached, live);
  return confirmed?.beyondLive ? earlier(reached, later(owedFrom, live)) : reached;
}

function intervalOf(
  connection: Connection,
  declarations: readonly Declaration[],
  { policy }: LifeRules,
): number {
  const maximum = policy.maximumSessionExpiryInterval;
  const source = policy.sessionExpiryInterval;
  if (source === 'never' || typeof source === 'number') {
    const fixed = source === 'never' ? NEVER : source;
    // A fixed interval can only be shortened by the device, so that it can end its session.
    const declared = declaredInterval(fixed, declarations, fixed);
    return operatorsInterval(declarations) === undefined ? declared : capInterval(declared, maximum);
  }
  const broker =
    connection.brokerSessionExpiry ??
    (connection.brokerCleanSession === undefined
      ? undefined
      : connection.brokerCleanSession
        ? 0
        : policy.mqtt311SessionExpiryInterval);
  const initial = source === 'broker' ? broker : undefined;
  const interval = declaredInterval(initial, declarations) ?? policy.defaultSessionExpiryInterval;
  return capInterval(interval, maximum);
}

function asksCleanStart(
  connection: Connection,
  declarations: readonly Declaration[],
  { policy }: LifeRules,
): boolean {
  const declared = declaredCleanStart(declarations);
  if (declared !== undefined) return declared;
  return policy.sessionExpiryInterval === 'broker' && connection.brokerCleanSession === true;
}

/**
 * The life of a client after one more connection: a new one after a clean start or when the interval has
 * passed (at once when it is 0, at a takeover too), else the same one resumed. [MQTT-3.1.2-4] [MQTT-3.1.2-5]
 */
export function beginConnection(
  previous: Life | undefined,
  connection: Connection,
  declared: readonly Declaration[],
  rules: LifeRules,
): Life {
  const startedAtMs = startOf(connection);
  const sessionExpiryInterval = intervalOf(connection, declared, rules);
  const intervalSetAtMs = operatorsInterval(declared)?.atMs;
  const delivered = deliveredAfter(previous?.delivered, connection);
  const own = {
    connection,
    sessionExpiryInterval,
    ...(intervalSetAtMs === undefined ? {} : { intervalSetAtMs }),
    ...(delivered === undefined ? {} : { delivered }),
  };
  const fresh: Life = {
    incarnation: incarnationOf(connection),
    startedAtMs,
    ...own,
    sessionPresent: false,
    owedFrom: withoutGivenUp(positionAt(startedAtMs), connection),
    caughtUp: true,
  };
  if (previous === undefined) return fresh;
  const endedAtMs = overAtMs(previous.connection, connection);
  const takenOver = wasTakenOver(previous.connection, connection);
  const end = endOfLife(previous, endedAtMs, takenOver);
  if (endsInAnyCase(previous) || hasExpired(end.atMs, startedAtMs))
    return { ...fresh, previousEnd: end.reason };
  if (asksCleanStart(connection, declared, rules)) return { ...fresh, previousEnd: 'cleanStart' };
  const heldBefore = previous.caughtUp || previous.resumedAtBroker === true;
  const isHeld = heldBefore && brokerHolds(previous.connection, endedAtMs, connection, rules.settings);
  const isAllHeld = isHeld && previous.caughtUp && previous.connection.isSubscribedByOperator !== true;
  const brokerDelivers = rules.policy.delivery === 'broker' || isAllHeld;
  const owed = brokerDelivers ? positionAt(startedAtMs) : owedAfter(previous, endedAtMs, takenOver, rules);
  const owedFrom = withoutGivenUp(owed, connection);
  return {
    incarnation: previous.incarnation,
    startedAtMs: previous.startedAtMs,
    ...own,
    sessionPresent: true,
    owedFrom,
    caughtUp:
      brokerDelivers || (connection.caughtUpFrom !== undefined && connection.caughtUpFrom <= owedFrom),
    ...(isHeld && !brokerDelivers && { resumedAtBroker: true }),
    ...(previous.previousEnd === undefined ? {} : { previousEnd: previous.previousEnd }),
  };
}

/** The life after a run of connections, oldest first, and what it amounts to now. */
export function liveThrough(
  before: Life | undefined,
  connections: readonly Connection[],
  declarationsOf: (connection: Connection) => readonly Declaration[],
  rules: LifeRules,
): Life | undefined {
  let life = before;
  for (const connection of connections) {
    life = beginConnection(life, connection, declarationsOf(connection), rules);
  }
  return life;
}

/** Where delivery stands: while connected as owed to this connection, afterwards as owed to the next one. */
export function cursorOf(life: Life, rules: LifeRules): Position {
  const endedAtMs = endOf(life.connection);
  if (endedAtMs !== undefined) return owedAfter(life, endedAtMs, false, rules);
  return later(life.owedFrom, confirmedOn(life)?.at ?? life.owedFrom);
}
