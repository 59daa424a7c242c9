import type { Connection } from './connection.ts';
import type { Settings } from './settings.ts';

/** The server waits one and a half keep alives before it gives a client up. [MQTT-3.1.2-22] */
export const KEEP_ALIVE_FACTOR = 1.5;

/**
 * How long before the end of a connection messages may have been lost unseen, milliseconds: nothing after
 * the client's own DISCONNECT, one and a half keep alives when nobody noticed until the keep alive ran out
 * or the client itself came back on another link, a configured span otherwise.
 */
export function lossWindowMs(connection: Connection, takenOver: boolean, settings: Settings): number {
  const reason = connection.disconnectReason;
  if (reason === 'CLIENT_INITIATED_DISCONNECT') return 0;
  const unnoticed = takenOver || reason === 'MQTT_KEEP_ALIVE_TIMEOUT' || reason === 'DUPLICATE_CLIENTID';
  if (!unnoticed) return settings.lossWindowSeconds * 1000;
  const keepAliveSeconds = connection.keepAliveSeconds ?? settings.unknownKeepAliveSeconds;
  return Math.max(keepAliveSeconds * KEEP_ALIVE_FACTOR, settings.lossWindowSeconds) * 1000;
}
