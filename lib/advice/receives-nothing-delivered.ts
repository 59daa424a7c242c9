import { type Advice, sessionPolicyLine } from './advice.ts';
import { adviceId } from './advice-id.ts';
import type { ClientEvidence } from './evidence.ts';

const MESSAGES = 100;
/** It has had its chances. */
const RETURNS = 3;

/** What direct messages need on the topics of a filter. */
function receiveStatement(filter: string): string {
  const topics = filter.replaceAll('+', '*').replace(/#$/, '*');
  return JSON.stringify({
    Effect: 'Allow',
    Action: 'iot:Receive',
    Resource: `arn:aws:iot:REGION:ACCOUNT:topic/${topics}`,
  });
}

/** Subscriptions for which messages are kept, of which none ever reaches the client. */
export function receivesNothingDelivered(evidence: ClientEvidence): readonly Advice[] {
  const { clientId, subscriptions, connections, delivered, drops } = evidence;
  if (delivered > 0) return [];
  const { notAuthorized = 0 } = drops;
  return subscriptions.flatMap(({ filter, subscribedAtMs, waitingMessages }) => {
    const returns = connections.filter(({ atMs }) => atMs > subscribedAtMs).length;
    if (returns < RETURNS || waitingMessages + notAuthorized < MESSAGES) return [];
    const isForbidden = notAuthorized > 0;
    return {
      id: adviceId({ kind: 'receivesNothingDelivered', severity: 'warning', clientId, filter }),
      kind: 'receivesNothingDelivered' as const,
      severity: 'warning' as const,
      clientId,
      filter,
      summary: `${waitingMessages} messages wait for ${clientId} on ${filter}, and none was delivered although it has connected ${returns} times since it subscribed.`,
      evidence: { waitingMessages, delivered, connections: returns, notAuthorized },
      change: isForbidden
        ? {
            text: 'Its AWS IoT policy does not let it receive on these topics: direct messages need iot:Receive.',
            policy: receiveStatement(filter),
          }
        : {
            text: 'If the device does not need these messages, let it unsubscribe; or give it no session at all.',
            policy: sessionPolicyLine(clientId, { ignore: true }),
          },
    };
  });
}
