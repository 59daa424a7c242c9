/** 0xFFFFFFFF: the session never expires (MQTT 5.0, 3.1.2.11.2). */
export const NEVER = 0xffffffff;

/** Seconds after the end of the connection; 0 = ends with it, NEVER = does not end by itself. */
export type SessionExpiryInterval = number;

export type IntervalChange =
  | { changed: true; interval: SessionExpiryInterval }
  | { changed: false; reason: string };

/** The interval in force; a maximum below NEVER also ends sessions that asked never to expire. */
export function capInterval(
  interval: SessionExpiryInterval,
  maximum: SessionExpiryInterval,
): SessionExpiryInterval {
  return Math.min(interval, maximum);
}

/** When the session ends, or undefined if it never does. */
export function sessionEndMs(disconnectedAtMs: number, interval: SessionExpiryInterval): number | undefined {
  return interval === NEVER ? undefined : disconnectedAtMs + interval * 1000;
}

/** The TTL attribute: epoch seconds, rounded up so that TTL never removes a session that still exists. */
export function expiresAtSeconds(endMs: number): number {
  return Math.ceil(endMs / 1000);
}

/** At the very instant of its end a session has expired. */
export function hasExpired(endMs: number | undefined, nowMs: number): boolean {
  return endMs !== undefined && nowMs >= endMs;
}

/**
 * What a DISCONNECT makes of the interval: it may change it, but not from 0 (MQTT 5.0, 3.14.2.2.2).
 *
 * @example changeInterval(0, 60) // { changed: false, reason: '…' }
 */
export function changeInterval(
  current: SessionExpiryInterval,
  requested: SessionExpiryInterval,
): IntervalChange {
  if (current === 0 && requested !== 0) {
    return {
      changed: false,
      reason: `the session was connected with a Session Expiry Interval of 0, so DISCONNECT cannot set ${requested}; set it at CONNECT`,
    };
  }
  return { changed: true, interval: requested };
}
