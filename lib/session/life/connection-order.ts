import type { Settings } from '../configuration/settings.ts';
import { brokerSessionSeconds } from './broker-session.ts';
import { type Connection, PROVISIONED_FIRST, startOf } from './connection.ts';

/**
 * A version number that is lower although its time is later by at least this much was reset by the broker, whatever
 * is known of its own session of the client. Below it, clocks may disagree.
 */
export const VERSION_RESET_MS = 2 * 60 * 1000;

/** The interval of the broker's own session; 0: none is kept, or it is not known. */
function brokerKeepsSeconds(connection: Connection, settings: Settings): number {
  const isKept = connection.brokerCleanSession === false || connection.brokerSessionExpiry !== undefined;
  return isKept ? brokerSessionSeconds(connection, settings) : 0;
}

/**
 * How much later than a connection with a higher version number one must be to have been counted anew, milliseconds.
 * The broker does so after an hour of absence, or after the interval of its own session of the client, which may be
 * seconds: no shorter absence can explain it.
 *
 * @param connections all that is known of one client
 */
function versionResetMs(connections: readonly Connection[], settings: Settings): number {
  const intervals = connections.map((connection) => brokerKeepsSeconds(connection, settings) * 1000);
  return Math.min(VERSION_RESET_MS, ...intervals.filter((interval) => interval > 0));
}

/** Order of two connections of one client: by version number, unless the broker has reset it in between. */
function compareConnections(one: Connection, other: Connection, resetMs: number): number {
  if (one.isProvisioned !== other.isProvisioned) {
    return one.isProvisioned
      ? compareToProvisioned(one, other, resetMs)
      : -compareToProvisioned(other, one, resetMs);
  }
  const byTime = startOf(one) - startOf(other);
  if (one.versionNumber === undefined || other.versionNumber === undefined) return byTime;
  const byVersion = one.versionNumber - other.versionNumber;
  if (byVersion === 0 || Math.sign(byVersion) === Math.sign(byTime)) return byTime || byVersion;
  return Math.abs(byTime) >= resetMs ? byTime : byVersion;
}

/**
 * What was made before a device connected comes behind the connections that were known by then, whatever is known of
 * them: numbers that the broker has reset, or none. Beyond these the broker counts on, or from 0 again; so what began
 * later is newer, and so is what is heard of late, with a higher number or with one that was reset since.
 */
function compareToProvisioned(provisioned: Connection, other: Connection, resetMs: number): number {
  const { behindMs, versionNumber = PROVISIONED_FIRST } = provisioned;
  const sinceKnownMs = behindMs === undefined ? 0 : startOf(other) - behindMs;
  const wasKnown = behindMs !== undefined && sinceKnownMs <= 0;
  const isNumberedBefore = (other.versionNumber ?? Number.POSITIVE_INFINITY) <= versionNumber;
  const isFromBefore = wasKnown || (isNumberedBefore && sinceKnownMs < resetMs);
  return isFromBefore && startOf(other) <= startOf(provisioned) ? 1 : -1;
}

/** The connections of one client, oldest first. */
export function inOrder(connections: readonly Connection[], settings: Settings): Connection[] {
  const resetMs = versionResetMs(connections, settings);
  return connections.toSorted((one, other) => compareConnections(one, other, resetMs));
}

/** Whether a connection began no later than another, where more is known of the client. */
export function isNoNewer(
  one: Connection,
  other: Connection,
  known: readonly Connection[],
  settings: Settings,
): boolean {
  return compareConnections(one, other, versionResetMs([one, other, ...known], settings)) <= 0;
}
