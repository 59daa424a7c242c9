import { CLOSE_REASONS, type CloseReason } from '#packets/carrying/exchange';

/**
 * Why a connection ended whose carrier connection ended for `disconnectReason`. That the device took leave of
 * the broker is no DISCONNECT of the connection inside.
 */
export function closeReasonOf(disconnectReason: string): CloseReason {
  return CLOSE_REASONS.find((reason) => reason === disconnectReason) ?? 'CONNECTION_LOST';
}
