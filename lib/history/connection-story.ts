import { deliveredBetween } from '#session/delivery/delivered';
import { type Connection, endOf, overAtMs, startOf, wasTakenOver } from '#session/life/connection';
import { DISCONNECT_REASON } from '#session/life/disconnect-reason';
import { type EndReason, endOfLife, type Life, type LifeRules } from '#session/life/life';
import { livesOf } from '#session/life/lives';
import type { Session } from '#session/session';

/** How a connection began: see `BeganEntry`. */
export interface Began {
  readonly type: 'started' | 'resumed' | 'takenOver';
  readonly atMs: number;
  readonly sessionPresent: boolean;
  readonly incarnation: string;
  readonly sessionExpiryInterval: number;
}

/** The end of a connection that was not taken over. */
export interface Over {
  readonly atMs: number;
  readonly incarnation: string;
  readonly reason?: string;
}

/** The end of a life, which is told of its last connection. */
export interface LifeEnd {
  readonly atMs: number;
  readonly incarnation: string;
  readonly reason: EndReason;
  readonly sessionExpiryInterval: number;
  /** At the very moment at which the next connection began. */
  readonly byNext?: true;
}

/** What the packet edge has delivered by a connection, as far as its flow was looked at. */
export interface Brought {
  readonly atMs: number;
  readonly incarnation: string;
  readonly messages: number;
}

/** What there is to tell of one connection. */
export interface ConnectionStory {
  readonly connection: Connection;
  /** Absent: no connection of the device, and the session was there. */
  readonly began?: Began;
  /** Its own beginning is no longer told apart from a takeover, nor what it brought from what others did. */
  readonly isForgotten: boolean;
  readonly over?: Over;
  readonly brought?: Brought;
  readonly lifeEnd?: LifeEnd;
}

/** The broker may end a connection just before it takes the one that it ends it for, and says so. */
function wasEndedFor(connection: Connection, next: Connection | undefined): boolean {
  if (next === undefined) return false;
  return connection.disconnectReason === DISCONNECT_REASON.takenOver || wasTakenOver(connection, next);
}

function beganOf(life: Life, previous: Life | undefined): Began | undefined {
  const { connection, sessionPresent, incarnation, sessionExpiryInterval } = life;
  if (connection.isProvisioned && sessionPresent) return undefined;
  const tookOver = previous !== undefined && wasEndedFor(previous.connection, connection);
  return {
    type: tookOver ? 'takenOver' : sessionPresent ? 'resumed' : 'started',
    atMs: startOf(connection),
    sessionPresent,
    incarnation,
    sessionExpiryInterval,
  };
}

function overOf({ connection, incarnation }: Life, next: Life | undefined): Over | undefined {
  const atMs = endOf(connection);
  const isTold = !connection.isProvisioned && !wasEndedFor(connection, next?.connection);
  if (atMs === undefined || !isTold) return undefined;
  const { disconnectReason: reason } = connection;
  return { atMs, incarnation, ...(reason !== undefined && { reason }) };
}

/** Told once it is over, as its flow counts on until then; of one that was taken over when that is known. */
function broughtOf(life: Life, previous: Life | undefined, next: Life | undefined): Brought | undefined {
  const { connection, delivered } = life;
  if (delivered === undefined) return undefined;
  const messages = deliveredBetween(previous?.delivered, delivered);
  if (messages === 0) return undefined;
  const takenOverAtMs = next === undefined ? Number.POSITIVE_INFINITY : startOf(next.connection);
  const atMs = Math.min(endOf(connection) ?? connection.endedByOperatorAtMs ?? takenOverAtMs, takenOverAtMs);
  const { incarnation } = delivered;
  return { atMs: Number.isFinite(atMs) ? atMs : startOf(connection), incarnation, messages };
}

/** The end of a life that another one followed. */
function endBefore(life: Life, next: Life): LifeEnd | undefined {
  const { previousEnd: reason } = next;
  if (reason === undefined || life.incarnation === next.incarnation) return undefined;
  const { incarnation, sessionExpiryInterval, connection } = life;
  const nextAtMs = startOf(next.connection);
  const endedAtMs = overAtMs(connection, next.connection);
  const { atMs } = endOfLife(life, endedAtMs, wasTakenOver(connection, next.connection));
  const end = { incarnation, reason, sessionExpiryInterval };
  // An operator's clock may be ahead of the client's next connection, which found nothing in any case.
  const isBefore = reason !== 'cleanStart' && atMs !== undefined && atMs < nextAtMs;
  return isBefore ? { ...end, atMs } : { ...end, atMs: nextAtMs, byNext: true };
}

/** The end of the session itself, if it has one. */
function ownEnd(session: Session, life: Life, removedByTimeToLive: boolean): LifeEnd | undefined {
  const { status, incarnation, sessionExpiryInterval } = session;
  const end = endOfLife(life, endOf(life.connection), false);
  const atMs = session.endsAtMs ?? end.atMs;
  const hasEnded = status === 'ended' || removedByTimeToLive;
  if (atMs === undefined || !hasEnded) return undefined;
  const reason = status === 'ended' ? end.reason : 'expired';
  return { atMs, incarnation, reason, sessionExpiryInterval };
}

/**
 * What there is to tell of each connection that a session remembers, oldest first. It is the same for every order in
 * which it was learnt, since the session is.
 */
export function storyOf(
  session: Session,
  rules: LifeRules,
  removedByTimeToLive: boolean,
): readonly ConnectionStory[] {
  const lives = livesOf(session, rules);
  return lives.map((life, index) => {
    const next = lives[index + 1];
    const began = beganOf(life, lives[index - 1]);
    const over = overOf(life, next);
    const isForgotten = index === 0 && session.before !== undefined;
    const brought = isForgotten ? undefined : broughtOf(life, lives[index - 1], next);
    const lifeEnd = next === undefined ? ownEnd(session, life, removedByTimeToLive) : endBefore(life, next);
    return {
      connection: life.connection,
      ...(began !== undefined && { began }),
      isForgotten,
      ...(over !== undefined && { over }),
      ...(brought !== undefined && { brought }),
      ...(lifeEnd !== undefined && { lifeEnd }),
    };
  });
}
