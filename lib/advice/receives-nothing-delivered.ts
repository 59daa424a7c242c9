import { TOPIC_CHARACTERS } from '#session/delivery/drops';
import { matches, parseSharedFilter } from '#session/topics/topic-filter';
import type { Advice } from './advice.ts';
import { adviceId } from './advice-id.ts';
import type { ClientEvidence } from './evidence.ts';
import { policyChange } from './policy-change.ts';

const MESSAGES = 100;
/** It has had its chances. */
const RETURNS = 3;

const NOT_NEEDED =
  'If the device does not need these messages, let it unsubscribe, or unsubscribe its session while it is away';
const FORBIDDEN =
  'Its AWS IoT policy does not let it receive on these topics: direct messages need iot:Receive.';
/** What a resource of a policy takes for a wildcard or a variable; a device chooses its filters. */
const MEANS_MORE = /[*?$]/;

/** What direct messages need on the topics of a filter. */
function permission(subscription: string): Advice['change'] {
  const { filter } = parseSharedFilter(subscription);
  if (MEANS_MORE.test(filter)) return { text: FORBIDDEN };
  const statement = {
    Effect: 'Allow',
    Action: 'iot:Receive',
    Resource: `arn:aws:iot:REGION:ACCOUNT:topic/${filter.replaceAll('+', '*').replace(/#$/, '*')}`,
  };
  return { text: FORBIDDEN, policy: JSON.stringify(statement) };
}

/** At the packet edge every client has a session, so there `ignore` would change nothing. */
function nothingKept(evidence: ClientEvidence): Advice['change'] {
  if (evidence.edge === 'packets') return { text: `${NOT_NEEDED}.` };
  return policyChange(`${NOT_NEEDED}; or give it no session at all.`, evidence, { ignore: true });
}

/** Whether messages of this subscription are among the last that it may not receive; a cut topic may be of any. */
function isForbidden(subscription: string, { forbiddenTopics }: ClientEvidence): boolean {
  const { filter } = parseSharedFilter(subscription);
  return forbiddenTopics.some((topic) => topic.length >= TOPIC_CHARACTERS || matches(filter, topic));
}

/** Subscriptions for which messages are kept, of which none ever reaches the client. */
export function receivesNothingDelivered(evidence: ClientEvidence): readonly Advice[] {
  const { clientId, subscriptions, connections, delivered, drops } = evidence;
  if (delivered > 0) return [];
  return subscriptions.flatMap(({ filter, subscribedAtMs, waitingMessages }) => {
    const returns = connections.filter(({ atMs }) => atMs > subscribedAtMs).length;
    const notAuthorized = isForbidden(filter, evidence) ? (drops.notAuthorized ?? 0) : 0;
    if (returns < RETURNS || waitingMessages + notAuthorized < MESSAGES) return [];
    const refused = notAuthorized > 0 ? `, ${notAuthorized} it may not receive` : '';
    return {
      id: adviceId({ kind: 'receivesNothingDelivered', severity: 'warning', clientId, filter }),
      kind: 'receivesNothingDelivered' as const,
      severity: 'warning' as const,
      clientId,
      filter,
      summary: `Nothing for ${clientId} on ${filter} was delivered, although it has connected ${returns} times since it subscribed: ${waitingMessages} messages wait${refused}.`,
      evidence: { waitingMessages, delivered, connections: returns, notAuthorized },
      change: notAuthorized > 0 ? permission(filter) : nothingKept(evidence),
    };
  });
}
