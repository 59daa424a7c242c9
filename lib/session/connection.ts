import { type Delivered, joinDelivered } from './delivered.ts';
import { later, type Position } from './position.ts';
import type { Progress } from './progress.ts';

/** A network connection of a client, as far as the events so far tell. Times are epoch milliseconds. */
export interface Connection {
  /** From the broker; opaque. */
  readonly sessionIdentifier: string;
  /** Rises per client, may skip, falls back to 0 after long absence. Absent until `connected` or `disconnected` came. */
  readonly versionNumber?: number;
  readonly connectedAtMs?: number;
  /** The earliest event about it, in case `connected` is late. */
  readonly seenAtMs: number;
  readonly disconnectedAtMs?: number;
  readonly disconnectReason?: string;
  /** From GetConnection: the broker found it gone since then. The event, when it comes, knows better. */
  readonly goneAtMs?: number;
  /** From the broker's GetConnection: keep alive in seconds. */
  readonly keepAliveSeconds?: number;
  /** From GetConnection: the broker's own session is a clean one. */
  readonly brokerCleanSession?: boolean;
  /** From GetConnection: the broker's own session expiry, seconds; absent for MQTT 3.1.1. */
  readonly brokerSessionExpiry?: number;
  /** From ListSubscriptions: the broker's own earlier session was still there; false: nothing shows that it was. */
  readonly brokerResumed?: boolean;
  /** The delivery to this connection is complete for everything from this position on. */
  readonly caughtUpFrom?: string;
  /** How far the delivery to this connection came; the newest connection's stands on the session. */
  readonly progress?: Progress;
  /** An operator has ended the session then: its life ends with this connection, whatever it would have lasted. */
  readonly endedByOperatorAtMs?: number;
  /** An operator has given up everything before this position that waits for the client. */
  readonly givenUpBefore?: Position;
  /**
   * No connection of the device: an operator has made the session before it connected. The version number is that
   * of the newest connection known by then, or PROVISIONED_FIRST.
   */
  readonly isProvisioned?: true;
  /** When the latest of the connections known by then began: a provisioned one comes behind all of them. */
  readonly behindMs?: number;
  /** At the packet edge: what the flow of its life had delivered when it ended, absent: nothing that was not known. */
  readonly delivered?: Delivered;
}

/** Version number of a provisioned connection of a client of which no connection is known: all are newer. */
export const PROVISIONED_FIRST = -1;

/**
 * A version number that is lower although its time is later by at least this much was reset by the broker: after
 * about an hour of absence, and when the broker's own session of the client is over, which may be minutes. Below
 * it, clocks disagree and the version number decides.
 */
export const VERSION_RESET_MS = 2 * 60 * 1000;

/** When the connection began, as far as known. */
export function startOf(connection: Connection): number {
  return connection.connectedAtMs ?? connection.seenAtMs;
}

/** When the connection ended, as far as known. */
export function endOf(connection: Connection): number | undefined {
  return connection.disconnectedAtMs ?? connection.goneAtMs;
}

/** Order of two connections of one client: by version number, unless the broker has reset it in between. */
export function compareConnections(one: Connection, other: Connection): number {
  if (one.isProvisioned !== other.isProvisioned) {
    return one.isProvisioned ? compareToProvisioned(one, other) : -compareToProvisioned(other, one);
  }
  const byTime = startOf(one) - startOf(other);
  if (one.versionNumber === undefined || other.versionNumber === undefined) return byTime;
  const byVersion = one.versionNumber - other.versionNumber;
  if (byVersion === 0 || Math.sign(byVersion) === Math.sign(byTime)) return byTime || byVersion;
  return Math.abs(byTime) >= VERSION_RESET_MS ? byTime : byVersion;
}

/**
 * What was made before a device connected comes behind the connections that were known by then, whatever is known of
 * them: numbers that the broker has reset, or none. Beyond these the broker counts on, or from 0 again; so what began
 * later is newer, and so is one with a higher number that is heard of late.
 */
function compareToProvisioned(provisioned: Connection, other: Connection): number {
  const { behindMs = Number.NEGATIVE_INFINITY, versionNumber = PROVISIONED_FIRST } = provisioned;
  const wasKnown = startOf(other) <= behindMs;
  const isNumberedBefore = (other.versionNumber ?? Number.POSITIVE_INFINITY) <= versionNumber;
  const isOlder = startOf(other) <= startOf(provisioned) && (wasKnown || isNumberedBefore);
  return isOlder ? 1 : -1;
}

function isSame(known: Connection, fact: Connection): boolean {
  if (known.sessionIdentifier !== fact.sessionIdentifier) return false;
  return known.versionNumber === fact.versionNumber;
}

function findSame(known: readonly Connection[], fact: Connection): number {
  const exact = known.findIndex((connection) => isSame(connection, fact));
  if (exact >= 0) return exact;
  // Subscription events carry no version number: they and the event that has it speak of one connection.
  return known.findLastIndex(
    (connection) =>
      connection.sessionIdentifier === fact.sessionIdentifier &&
      (connection.versionNumber === undefined || fact.versionNumber === undefined),
  );
}

/**
 * Joins facts about one connection to what is known of all of them, in order. Invariant: the result is the
 * same for every order and any duplication of the same facts.
 */
export function joinConnection(known: readonly Connection[], fact: Connection): Connection[] {
  const index = findSame(known, fact);
  const before = known[index];
  if (before === undefined) return [...known, fact].sort(compareConnections);
  const delivered = joinDelivered(before.delivered, fact.delivered);
  const joined: Connection = {
    ...before,
    ...fact,
    seenAtMs: Math.min(before.seenAtMs, fact.seenAtMs),
    // Once it is known that the broker's answer proved nothing, it stays so.
    ...(before.brokerResumed === false && { brokerResumed: false }),
    ...actsOf(before, fact),
    ...(delivered !== undefined && { delivered }),
  };
  return known.with(index, joined).sort(compareConnections);
}

/** What operators did, from both: the first end stands, and the last of what was given up. */
function actsOf(one: Connection, other: Connection): Partial<Connection> {
  const endedAtMs = Math.min(
    one.endedByOperatorAtMs ?? Number.POSITIVE_INFINITY,
    other.endedByOperatorAtMs ?? Number.POSITIVE_INFINITY,
  );
  const givenUp = later(one.givenUpBefore ?? '', other.givenUpBefore ?? '');
  return {
    ...(Number.isFinite(endedAtMs) && { endedByOperatorAtMs: endedAtMs }),
    ...(givenUp !== '' && { givenUpBefore: givenUp }),
  };
}
