import { messageHasExpired, pendingBytes } from '#session/message';
import type { Session } from '#session/session';
import type { Settings } from '#session/settings';
import type { Subscription } from '#session/subscription';
import type { FlowStore } from '#store/flows';
import type { MessageLog } from '#store/message-log';
import type { RouteStore } from '#store/routes';
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

/** What is asked for what was waiting. */
export interface LostMessagesStores {
  readonly routes: RouteStore;
  readonly log: MessageLog;
  readonly flows: FlowStore;
}

/** A session that has ended, with what it had subscribed to. */
export interface EndedWith {
  readonly session: Session;
  readonly subscriptions: readonly Subscription[];
  readonly endedAtMs: number;
}

/** What was waiting for a session when it ended. A message that several of its filters match counts once. */
export async function countLost(
  ended: EndedWith,
  settings: Settings,
  stores: LostMessagesStores,
): Promise<LostMessages> {
  // At the packet edge delivery stands in the flow, at the lifecycle edge in the session itself.
  const isOfPacketEdge = ended.session.carrier !== undefined;
  const owed = isOfPacketEdge ? owedByFlow(ended, settings, stores) : owedBySession(ended, settings, stores);
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
