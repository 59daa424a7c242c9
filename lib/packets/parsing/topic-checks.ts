import { checkTopicFilter } from '#session/topics/topic-filter';
import { checkTopicName, type TopicCheck } from '#session/topics/topic-name';
import { REASON_CODES } from '../reason-codes.ts';
import type { Objection } from '../refusal.ts';

/** Statements of MQTT 5, which the session core cites, by their numbers in 3.1.1; others have the same there. */
const IN_311: Readonly<Record<string, string>> = {
  'MQTT-4.7.0-1': 'MQTT-4.7.1-1',
  'MQTT-4.7.1-1': 'MQTT-4.7.1-2',
  'MQTT-4.7.1-2': 'MQTT-4.7.1-3',
};

/** @param wildcardClause where the specification forbids wildcards once more for this very topic */
export function objectToTopic(topic: string, what: string, wildcardClause?: string): Objection | undefined {
  const check = checkTopicName(topic);
  if (check.valid || check.clause !== 'MQTT-4.7.0-1' || wildcardClause === undefined)
    return objection(what, check);
  return objection(what, { ...check, clause: wildcardClause });
}

export function objectToFilters(filters: readonly string[]): Objection | undefined {
  for (const filter of filters) {
    const found = objection('a Topic Filter', checkTopicFilter(filter));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The text can be read, so what it breaks is no matter of form but of the protocol (MQTT 5, 1.2). */
function objection(what: string, check: TopicCheck): Objection | undefined {
  if (check.valid) return undefined;
  return {
    reasonCode: REASON_CODES.protocolError,
    reason: `${what}: ${check.reason}`,
    clause: { 4: IN_311[check.clause] ?? check.clause, 5: check.clause },
  };
}
