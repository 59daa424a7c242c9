import type { Position } from '../position.ts';
import { type Connection, endOf, startOf } from './connection.ts';
import { DISCONNECT_REASON } from './disconnect-reason.ts';

/** The will of one connection, as the session keeps it; the message itself lies apart. [MQTT-3.1.2-7] */
export interface SessionWill {
  /** Session identifier of the connection whose will it is. */
  readonly connection: string;
  /** Will Delay Interval, seconds (MQTT 5.0, 3.1.3.2.2); 3.1.1 has none, which is 0. */
  readonly delaySeconds: number;
  /** Of the message among the wills of the client. */
  readonly position: Position;
}

/** A will that is to be published: it stays until it has been, so that no crash in between loses it. */
export interface DueWill extends SessionWill {
  /** Not before this, epoch milliseconds. */
  readonly atMs: number;
}

/** What a session holds of wills. */
export interface Wills {
  /** Of the newest connection, while it stands. */
  readonly will?: SessionWill;
  /** Of connections that have ended, oldest first; absent: none. */
  readonly dueWills?: readonly DueWill[];
}

/** The session as an event has left it, as far as wills depend on it. */
export interface WillCircumstances {
  /** The newest connection. */
  readonly connection: Connection;
  /** When the session ends by itself, if that is known. */
  readonly endsAtMs: number | undefined;
  /** It is the session that stood before the event. */
  readonly goesOn: boolean;
}

type Fate = { readonly open: true } | { readonly dueAtMs: number } | { readonly dropped: true };

/** What becomes of the will of the newest connection. */
function fateOfNewest(will: SessionWill | DueWill, { connection, endsAtMs }: WillCircumstances): Fate {
  const endedAtMs = endOf(connection);
  if (endedAtMs === undefined) return { open: true };
  // [MQTT-3.14.4-3]
  if (connection.disconnectReason === DISCONNECT_REASON.byClient) return { dropped: true };
  const delayedMs = 'atMs' in will ? will.atMs : endedAtMs + will.delaySeconds * 1000;
  // After the delay, or with the session, whichever is first. [MQTT-3.1.2-8]
  return { dueAtMs: Math.min(delayedMs, endsAtMs ?? Number.POSITIVE_INFINITY) };
}

/** What becomes of the will of a connection after which the client has connected again. */
function fateOfEarlier(will: SessionWill | DueWill, { connection, goesOn }: WillCircumstances): Fate {
  const returnedAtMs = startOf(connection);
  // Its time had come before the client returned.
  if ('atMs' in will && will.atMs <= returnedAtMs) return { dueAtMs: will.atMs };
  // The session ended with the new connection, or there is no delay: published as the old one is closed.
  if (!goesOn || will.delaySeconds === 0) return { dueAtMs: returnedAtMs };
  // [MQTT-3.1.3-9]
  return { dropped: true };
}

/**
 * The wills of a session after an event. Part of the write that ends a connection, so that whoever publishes
 * finds it decided, and decided once: what comes later or again changes nothing.
 *
 * @param brought of the connection that has just become known
 */
export function settleWills(
  { will, dueWills = [] }: Wills,
  brought: SessionWill | undefined,
  circumstances: WillCircumstances,
): Wills {
  const { sessionIdentifier } = circumstances.connection;
  let open: SessionWill | undefined;
  const due: DueWill[] = [];
  for (const each of [...dueWills, will, brought]) {
    if (each === undefined) continue;
    const isNewest = each.connection === sessionIdentifier;
    const fate = isNewest ? fateOfNewest(each, circumstances) : fateOfEarlier(each, circumstances);
    if ('open' in fate) open = each;
    if ('dueAtMs' in fate) due.push({ ...each, atMs: fate.dueAtMs });
  }
  return { ...(open !== undefined && { will: open }), ...(due.length > 0 && { dueWills: due }) };
}

/** The same without a will that has been published. [MQTT-3.1.2-10] */
export function withoutDueWill<Holder extends Wills>(
  holder: Holder,
  connection: string,
): Omit<Holder, 'dueWills'> & Pick<Wills, 'dueWills'> {
  const { dueWills = [], ...rest } = holder;
  const left = dueWills.filter((will) => will.connection !== connection);
  return { ...rest, ...(left.length > 0 && { dueWills: left }) };
}

/** The connections whose wills a session no longer holds after a change, published or not. */
export function releasedWills(before: Wills, after: Wills): readonly SessionWill[] {
  const held = new Set(willsOf(after).map(({ connection }) => connection));
  return willsOf(before).filter(({ connection }) => !held.has(connection));
}

function willsOf({ will, dueWills = [] }: Wills): readonly SessionWill[] {
  return will === undefined ? dueWills : [...dueWills, will];
}
