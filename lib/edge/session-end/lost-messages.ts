import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { messageHasExpired, pendingBytes } from '#session/message';
import { edgeOf, rulesOf } from '#session/session-edge';
import type { EndedWith, LostMessagesStores } from './ended-with.ts';
import { wasHeldByBroker } from './held-by-broker.ts';
import { owedByFlow } from './owed-by-flow.ts';
import { owedBySession } from './owed-by-session.ts';

/** Counting stops here: the event says that there were more. */
const MAXIMUM_MESSAGES = 10_000;
const NAMED_TOPICS = 10;

export interface LostMessages {
  readonly messages: number;
  readonly bytes: number;
  /** The first few topics. */
  readonly topics: readonly string[];
  /** There were more than are counted. */
  readonly atLeast: boolean;
}

const NOTHING: LostMessages = { messages: 0, bytes: 0, topics: [], atLeast: false };

/**
 * What was waiting for a session when it ended, and would have been delivered a second earlier. A message that several
 * of its filters match counts once.
 */
export async function countLost(
  ended: EndedWith,
  configuration: SessionConfiguration,
  stores: LostMessagesStores,
): Promise<LostMessages> {
  // At the packet edge delivery stands in the flow, at the lifecycle edge in the session itself.
  const { session } = ended;
  const isOfPacketEdge = edgeOf(session.clientId, session, configuration) === 'packets';
  const rules = rulesOf(session, configuration);
  if (!isOfPacketEdge && wasHeldByBroker(ended, rules)) return NOTHING;
  const owed = isOfPacketEdge ? owedByFlow(ended, rules, stores) : owedBySession(ended, rules, stores);
  const seen = new Set<string>();
  const topics = new Set<string>();
  let bytes = 0;
  for await (const message of owed) {
    if (seen.size >= MAXIMUM_MESSAGES) break;
    if (seen.has(message.messageId) || messageHasExpired(message, ended.endedAtMs)) continue;
    seen.add(message.messageId);
    bytes += pendingBytes(message);
    if (topics.size < NAMED_TOPICS) topics.add(message.topic);
  }
  return { messages: seen.size, bytes, topics: [...topics], atLeast: seen.size >= MAXIMUM_MESSAGES };
}
