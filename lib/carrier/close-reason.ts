import type { CloseReason } from '#packets/exchange';

const CLOSE_REASONS: ReadonlySet<string> = new Set<CloseReason>([
  'CONNECTION_LOST',
  'MQTT_KEEP_ALIVE_TIMEOUT',
  'CLIENT_ERROR',
  'SERVER_ERROR',
  'SERVER_INITIATED_DISCONNECT',
  'API_INITIATED_DISCONNECT',
]);

/**
 * Why a connection ended whose carrier connection ended for `disconnectReason`. That the device took leave of
 * the broker is no DISCONNECT of the connection inside.
 */
export function closeReasonOf(disconnectReason: string): CloseReason {
  return CLOSE_REASONS.has(disconnectReason) ? (disconnectReason as CloseReason) : 'CONNECTION_LOST';
}
