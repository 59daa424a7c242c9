import type { Delivered } from '../delivery/delivered.ts';
import type { Progress } from '../delivery/progress.ts';
import type { Position } from '../position.ts';

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
  /** That end is of this background operation, which counts it. */
  readonly endedByOperation?: string;
  /** An operator has given up everything before this position that waits for the client. */
  readonly givenUpBefore?: Position;
  /**
   * While it was the newest, an operator has subscribed the session to what the broker does not know of: the broker's own
   * session does not hold all that is owed to the next one.
   */
  readonly isSubscribedByOperator?: true;
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

/** When the connection began, as far as known. */
export function startOf(connection: Connection): number {
  return connection.connectedAtMs ?? connection.seenAtMs;
}

/** When the connection ended, as far as known. */
export function endOf(connection: Connection): number | undefined {
  return connection.disconnectedAtMs ?? connection.goneAtMs;
}

/** When it was over for good: at its end, at the latest when the next one took the client over; Infinity: it is not. */
export function overAtMs(connection: Connection, next: Connection | undefined): number {
  const nextAtMs = next === undefined ? Number.POSITIVE_INFINITY : startOf(next);
  return Math.min(endOf(connection) ?? Number.POSITIVE_INFINITY, nextAtMs);
}

/** Whether the next one began before this one had ended. */
export function wasTakenOver(connection: Connection, next: Connection | undefined): boolean {
  return next !== undefined && (endOf(connection) ?? Number.POSITIVE_INFINITY) >= startOf(next);
}
