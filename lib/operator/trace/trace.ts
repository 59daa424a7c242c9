import type { DropReason } from '#session/delivery/drop-reasons';
import { isSameMessage } from '#session/position';
import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import { matches, parseSharedFilter } from '#session/topics/topic-filter';
import type { HistoryStore } from '#store/history/history';
import type { FoundMessage } from '#store/messages/message-log';
import { readSession, type SessionState, type SessionViewDependencies } from '../look-ups/session-view.ts';
import { isHeldByBroker } from '../waiting/waiting-plan.ts';
import { type FindDependencies, findMessage, type MessageWanted } from './find-message.ts';
import { brokerKept, reasonOfDrop } from './given-up.ts';
import { judgeDrop, judgePast, mayWait } from './trace-past.ts';
import type { Judged, TracedFilter, TraceView } from './trace-view.ts';

export type TraceDependencies = SessionViewDependencies &
  FindDependencies & { readonly history: Pick<HistoryStore, 'list'> };

/** Entries of the history in which runs and drops are looked for. */
const MOST_ENTRIES = 200;

/** Why a message reached a client or did not, from what is recorded. */
export async function traceMessage(
  clientId: string,
  wanted: MessageWanted,
  dependencies: TraceDependencies,
): Promise<TraceView> {
  const state = await readSession(clientId, dependencies);
  if (state === undefined) {
    return {
      verdict: 'noSession',
      explanation: 'The client has no session now; its history says when the last one ended.',
      filters: [],
    };
  }
  const { topic } = wanted;
  const matching = state.subscriptions.filter(
    ({ filter }) => topic === undefined || matches(parseSharedFilter(filter).filter, topic),
  );
  const filters = await tracedFilters(matching, dependencies);
  if (matching.length === 0) {
    const what =
      topic === undefined
        ? 'The client has no subscription now.'
        : 'No subscription of the client matches the topic now. What came through one that has ended since is no longer told.';
    return { verdict: 'noSubscription', explanation: what, filters };
  }
  const message = await findMessage(
    wanted,
    matching.map(({ filter }) => filter),
    state,
    dependencies,
  );
  const judged = message === undefined ? notFound(filters) : await judge(message, state, dependencies);
  const { cursor } = state.flow ?? state.session;
  const ofMessage = filters.filter(
    ({ subscription }) =>
      message === undefined || matches(parseSharedFilter(subscription.filter).filter, message.topic),
  );
  // Beside a message that was delivered ahead of it the cursor would seem to say the contrary.
  const isAhead = judged.verdict === 'delivered' && message !== undefined && message.position >= cursor;
  return { ...judged, filters: ofMessage, ...(!isAhead && { cursor }) };
}

async function tracedFilters(
  subscriptions: readonly Subscription[],
  { routes }: Pick<TraceDependencies, 'routes'>,
): Promise<TracedFilter[]> {
  const routed = subscriptions.map(({ filter }) => parseSharedFilter(filter).filter);
  const found = routed.length === 0 ? [] : await routes.find(routed);
  const durable = new Set(found.map(({ filter }) => filter));
  return subscriptions.map((subscription) => ({
    subscription,
    isDurable: durable.has(parseSharedFilter(subscription.filter).filter),
  }));
}

function notFound(filters: readonly TracedFilter[]): Judged {
  const isDurable = filters.some((each) => each.isDurable);
  return {
    verdict: 'notFound',
    explanation: isDurable
      ? 'It is not among the newest messages of the logs of these filters: it was not published while they were subscribed, was removed when its time was over, is older, or went to another member of a share group.'
      : 'None of these filters is durable, so no message of theirs is logged.',
  };
}

async function judge(
  message: FoundMessage,
  state: SessionState,
  dependencies: TraceDependencies,
): Promise<Judged> {
  const { session, flow, plan, nowMs } = state;
  const { position } = message;
  const outbound = flow?.outbound.find((each) => isSameMessage(each.position, position));
  if (outbound !== undefined) {
    const { packetId } = outbound;
    return {
      verdict: 'inflight',
      explanation: 'It was sent, and the client has not acknowledged it completely.',
      message,
      packetId,
    };
  }
  const isKept = brokerKept(message, session, dependencies.configuration, nowMs);
  const drop = session.lastDrops.find((each) => isSameMessage(each.position, position));
  // What an operator gives up here the broker's own session delivers all the same.
  if (drop !== undefined && !(isKept && drop.reason === 'operator')) return judgeDrop(message, drop.reason);
  const { entries, nextKey } = await dependencies.history.list(session.clientId, { limit: MOST_ENTRIES });
  const given = { message, entries, isKept };
  const reason = reasonOfDrop(given, state, dependencies.configuration);
  const skip = flow?.skip ?? session.progress?.skip;
  const isSkipped = skip !== undefined && position >= skip.from && position < skip.upTo;
  if (isSkipped && mayWait(message, state, dependencies.configuration))
    return judgeDrop(message, reason ?? overflowReason(session));
  if (plan.judge(message) !== undefined) {
    if (isHeldByBroker(session, dependencies.configuration, nowMs)) {
      return {
        verdict: 'heldByBroker',
        explanation:
          "The broker's own session of the client still stands: it delivers the message if the client returns in time, and the service does if not.",
        message,
      };
    }
    return {
      verdict: 'waiting',
      explanation: 'It is delivered when its turn comes, once the client is connected.',
      message,
    };
  }
  const past = { ...given, reason, isCut: nextKey !== undefined };
  return judgePast(past, state, dependencies.configuration);
}

/** Which limit it was is counted when the range has been passed over. */
function overflowReason({ drops }: Session): DropReason {
  return (drops.overflowBytes ?? 0) > (drops.overflowMessages ?? 0) ? 'overflowBytes' : 'overflowMessages';
}
