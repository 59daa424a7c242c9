import type { Settings } from '../configuration/settings.ts';
import type { Connection } from './connection.ts';
import { DISCONNECT_REASON } from './disconnect-reason.ts';

/** The server waits one and a half keep alives before it gives a client up. [MQTT-3.1.2-22] */
const KEEP_ALIVE_FACTOR = 1.5;

/**
 * For how long a link may be dead before the server notices, seconds. It is no earlier than it must be, and
 * may be a little later: what it sent right after the client's last packet is lost too.
 */
export function unnoticedSeconds(keepAliveSeconds: number | undefined, settings: Settings): number {
  return (
    (keepAliveSeconds ?? settings.unknownKeepAliveSeconds) * KEEP_ALIVE_FACTOR + settings.lossWindowSeconds
  );
}

/**
 * How long before the end of a connection messages may have been lost unseen, milliseconds: nothing after
 * the client's own DISCONNECT, one and a half keep alives and a configured span when nobody noticed until the
 * keep alive ran out or the client itself came back on another link, that span otherwise.
 */
export function lossWindowMs(connection: Connection, takenOver: boolean, settings: Settings): number {
  if (connection.isProvisioned) return 0;
  const reason = connection.disconnectReason;
  if (reason === DISCONNECT_REASON.byClient) return 0;
  const unnoticed =
    takenOver || reason === DISCONNECT_REASON.keepAliveTimeout || reason === DISCONNECT_REASON.takenOver;
  if (!unnoticed) return settings.lossWindowSeconds * 1000;
  return unnoticedSeconds(connection.keepAliveSeconds, settings) * 1000;
}
