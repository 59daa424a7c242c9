import type { Settings } from '../configuration/settings.ts';
import { NEVER } from '../expiry.ts';
import { unnoticedSeconds } from '../life/loss-window.ts';

/** A message is logged a little before the session it is for has ended. */
const MARGIN_SECONDS = 60;

/**
 * How long the log must keep a message for a session with this interval, seconds: it may be lost unseen
 * shortly before the connection ends, and is wanted until the session ends.
 */
export function retainSeconds(
  sessionExpiryInterval: number,
  keepAliveSeconds: number | undefined,
  settings: Settings,
): number {
  if (sessionExpiryInterval === NEVER) return settings.neverExpiresRetentionSeconds;
  const lossWindow = unnoticedSeconds(keepAliveSeconds, settings);
  return Math.ceil(sessionExpiryInterval + lossWindow + settings.settleSeconds + MARGIN_SECONDS);
}
