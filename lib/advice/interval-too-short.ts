import type { Advice } from './advice.ts';
import { adviceId } from './advice-id.ts';
import { spoken, wholeHours } from './duration.ts';
import type { ClientEvidence } from './evidence.ts';
import { policyChange, withInterval } from './policy-change.ts';

/** The proposal leaves room for half as much again. */
const ROOM = 1.5;

/** A session that expires before its client returns, so that messages are lost. */
export function intervalTooShort(evidence: ClientEvidence): Advice | undefined {
  const { clientId, sessionExpiryInterval, absences, policy } = evidence;
  const tooLong = absences.filter(({ hadExpired }) => hadExpired);
  const lostMessages = tooLong.reduce((sum, absence) => sum + absence.lostMessages, 0);
  if (lostMessages === 0 || sessionExpiryInterval === 0) return undefined;
  const longestSeconds = Math.max(...tooLong.map(({ fromMs, toMs }) => (toMs - fromMs) / 1_000));
  const proposed = wholeHours(longestSeconds * ROOM);
  if (proposed <= sessionExpiryInterval) return undefined;
  const text = `It was away for up to ${spoken(longestSeconds)}; a session expiry interval of ${spoken(proposed)} would have kept its messages.`;
  const different = withInterval(policy, sessionExpiryInterval, proposed);
  const times = tooLong.length === 1 ? 'once' : `${tooLong.length} times`;
  return {
    id: adviceId({ kind: 'intervalTooShort', severity: 'warning', clientId }),
    kind: 'intervalTooShort',
    severity: 'warning',
    clientId,
    summary: `The session of ${clientId} expired ${times} before it returned, and ${lostMessages} messages were lost with it.`,
    evidence: {
      expiries: tooLong.length,
      lostMessages,
      longestAbsenceSeconds: Math.round(longestSeconds),
      sessionExpiryInterval,
    },
    change:
      different === undefined
        ? { text: `${text} The device, or an operator, has set the interval: let the device ask for it.` }
        : policyChange(text, evidence, different),
  };
}
