import type { Settings } from '../configuration/settings.ts';
import { hasExpired, sessionEndMs } from '../expiry.ts';
import type { Connection } from './connection.ts';

/** The interval of the broker's own session of a client, seconds; for MQTT 3.1.1 the broker does not tell it. */
export function brokerSessionSeconds(
  { brokerSessionExpiry }: Pick<Connection, 'brokerSessionExpiry'>,
  { brokerSessionExpirySeconds }: Settings,
): number {
  return brokerSessionExpiry ?? brokerSessionExpirySeconds;
}

/**
 * Whether the broker keeps a session of its own beyond a connection that ended then, and it stands at a time. It is
 * fuzzy for half an hour after its expiry.
 */
export function brokerSessionStands(
  connection: Connection,
  endedAtMs: number,
  atMs: number,
  settings: Settings,
): boolean {
  if (connection.brokerCleanSession !== false) return false;
  return !hasExpired(sessionEndMs(endedAtMs, brokerSessionSeconds(connection, settings)), atMs);
}
