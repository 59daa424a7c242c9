import { NEVER } from '#session/expiry';
import type { Advice } from './advice.ts';
import { adviceId } from './advice-id.ts';
import { spoken, wholeHours } from './duration.ts';
import type { ClientEvidence } from './evidence.ts';
import { policyChange, withMaximum } from './policy-change.ts';

/** Fewer show no habit. */
const ABSENCES = 5;
/** The proposal leaves room for an absence so much longer than any that was seen. */
const ROOM = 4;
/** A shorter interval than this many proposals is not worth a word. */
const FAR_LONGER = 10;

/** A session that is kept far longer than its client is ever away. */
export function intervalTooLong(evidence: ClientEvidence): Advice | undefined {
  const { clientId, sessionExpiryInterval, absences } = evidence;
  if (absences.length < ABSENCES) return undefined;
  const longestSeconds = Math.max(...absences.map(({ fromMs, toMs }) => (toMs - fromMs) / 1_000));
  const proposed = wholeHours(longestSeconds * ROOM);
  if (sessionExpiryInterval < proposed * FAR_LONGER) return undefined;
  const kept = sessionExpiryInterval === NEVER ? 'for ever' : `for ${spoken(sessionExpiryInterval)}`;
  return {
    id: adviceId({ kind: 'intervalTooLong', severity: 'info', clientId }),
    kind: 'intervalTooLong',
    severity: 'info',
    clientId,
    summary: `The session of ${clientId} is kept ${kept}, but in ${absences.length} absences it was never away for longer than ${spoken(longestSeconds)}.`,
    evidence: {
      absences: absences.length,
      longestAbsenceSeconds: Math.round(longestSeconds),
      sessionExpiryInterval,
    },
    change: policyChange(
      `A session expiry interval of ${spoken(proposed)} is four times the longest absence.`,
      evidence,
      withMaximum(evidence.policy, proposed),
    ),
  };
}
