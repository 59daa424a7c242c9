import { NEVER } from '#session/expiry';
import type { Advice } from './advice.ts';
import { adviceId } from './advice-id.ts';
import { spoken, wholeHours } from './duration.ts';
import type { ClientEvidence } from './evidence.ts';
import { policyChange, withMaximum } from './policy-change.ts';

/** Most of its interval. */
const SHARE = 0.75;
/** Of a session that never expires; beyond it the device is likely to be gone. */
const ENDLESS_SECONDS = 30 * 86_400;
/** Shorter absences are a night or a weekend. */
const LEAST_SECONDS = 86_400;

/** A session that nobody has come back to for most of its interval. */
export function neverResumed(evidence: ClientEvidence, nowMs: number): Advice | undefined {
  const { clientId, status, disconnectedAtMs, sessionExpiryInterval, waitingMessages, waitingBytes } =
    evidence;
  if (status !== 'disconnected' || disconnectedAtMs === undefined) return undefined;
  const awaySeconds = Math.round((nowMs - disconnectedAtMs) / 1_000);
  const isEndless = sessionExpiryInterval === NEVER;
  const most = isEndless ? ENDLESS_SECONDS : sessionExpiryInterval * SHARE;
  if (awaySeconds < Math.max(most, LEAST_SECONDS)) return undefined;
  const interval = isEndless ? 'an interval without end' : `an interval of ${spoken(sessionExpiryInterval)}`;
  return {
    id: adviceId({ kind: 'neverResumed', severity: 'info', clientId }),
    kind: 'neverResumed',
    severity: 'info',
    clientId,
    summary: `${clientId} has been away for ${spoken(awaySeconds)} of ${interval}; ${waitingMessages} messages of ${waitingBytes} bytes wait for it.`,
    evidence: { awaySeconds, sessionExpiryInterval, waitingMessages, waitingBytes },
    change: policyChange(
      'If the device is gone, end its session (DELETE /sessions/{clientId}, or POST /sessions:endIdle for all like it); a shorter interval ends the next ones earlier.',
      evidence,
      withMaximum(evidence.policy, wholeHours(Math.min(awaySeconds, sessionExpiryInterval) / 2)),
    ),
  };
}
