import type { HistoryEntry } from '#history/entry';
import type { DropReason } from '#session/drop-reasons';
import { messageHasExpired } from '#session/message';
import { isSameMessage, positionAt } from '#session/position';
import type { Session } from '#session/session';
import type { SessionConfiguration } from '#session/session-configuration';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { matches, parseSharedFilter } from '#session/topic-filter';
import type { HistoryStore } from '#store/history';
import type { FoundMessage } from '#store/message-log';
import { type FindDependencies, findMessage, type MessageWanted } from './find-message.ts';
import { brokerKept, type GivenUp, reasonOfDrop } from './given-up.ts';
import { readSession, type SessionState, type SessionViewDependencies } from './session-view.ts';
import { isHeldByBroker } from './waiting-plan.ts';

export type TraceVerdict =
  | 'noSession'
  | 'noSubscription'
  | 'notFound'
  | 'waiting'
  | 'inflight'
  | 'delivered'
  | 'dropped'
  | 'expired'
  | 'heldByBroker';

export interface TracedFilter {
  readonly subscription: Subscription;
  /** It is routed: what is published on it is logged. */
  readonly isDurable: boolean;
}

/** The delivery run that a message was part of. */
export interface DeliveryRun {
  readonly atMs: number;
  readonly from: string;
  readonly upTo: string;
}

export interface TraceView {
  readonly verdict: TraceVerdict;
  readonly explanation: string;
  readonly filters: readonly TracedFilter[];
  readonly message?: FoundMessage;
  readonly dropReason?: string;
  readonly packetId?: number;
  readonly run?: DeliveryRun;
  /** Delivery has come so far. */
  readonly cursor?: string;
}

export type TraceDependencies = SessionViewDependencies &
  FindDependencies & { readonly history: Pick<HistoryStore, 'list'> };

type Judged = Omit<TraceView, 'filters'>;

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
        ? 'The client has no subscription.'
        : 'No subscription of the client matches the topic.';
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
  return { ...judged, filters: ofMessage, cursor };
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
  const { entries } = await dependencies.history.list(session.clientId, { limit: MOST_ENTRIES });
  const given = { message, entries, isKept };
  const reason = reasonOfDrop(given, state, dependencies.configuration);
  const skip = flow?.skip ?? session.progress?.skip;
  if (skip !== undefined && position >= skip.from && position < skip.upTo)
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
  return judgePast(given, reason, state, dependencies.configuration);
}

/** Which limit it was is counted when the range has been passed over. */
function overflowReason({ drops }: Session): DropReason {
  return (drops.overflowBytes ?? 0) > (drops.overflowMessages ?? 0) ? 'overflowBytes' : 'overflowMessages';
}

function judgeDrop(message: FoundMessage, reason: DropReason): Judged {
  if (reason === 'expired') {
    return {
      verdict: 'expired',
      explanation: 'Its Message Expiry Interval passed while it was waiting.',
      message,
    };
  }
  return {
    verdict: 'dropped',
    explanation: 'It was given up; the reason is counted on the session.',
    message,
    dropReason: reason,
  };
}

/** A message that does not wait. */
function judgePast(
  { message, entries, isKept }: GivenUp,
  reason: DropReason | undefined,
  { session, flow, subscriptions, nowMs, edge }: SessionState,
  configuration: SessionConfiguration,
): Judged {
  const { position, topic } = message;
  const matching = subscriptions.filter(({ filter }) => matches(parseSharedFilter(filter).filter, topic));
  const owed = matching.filter((each) => positionAt(owedSinceMs(each)) <= position);
  if (owed.length === 0) {
    return {
      verdict: 'noSubscription',
      explanation: 'The client subscribed after the message was published.',
      message,
    };
  }
  if (owed.every(({ noLocal }) => noLocal === true) && message.publisher === session.clientId) {
    return {
      verdict: 'noSubscription',
      explanation: 'The client published it itself and asked for No Local.',
      message,
    };
  }
  if (
    owed.every(({ filter }) => parseSharedFilter(filter).shareName !== undefined) &&
    message.subscription === undefined
  ) {
    return {
      verdict: 'notFound',
      explanation: 'It is for a share group, of which one member gets it; this client was not given it.',
      message,
    };
  }
  if (reason !== undefined) return judgeDrop(message, reason);
  if (isKept && isHeldByBroker(session, configuration, nowMs)) {
    return {
      verdict: 'heldByBroker',
      explanation:
        "It was given up here, but the broker's own session of the client still stands: the broker delivers it if the client returns in time.",
      message,
    };
  }
  const { cursor } = flow ?? session;
  const run = runOf(position, entries);
  if (run !== undefined) {
    return {
      verdict: 'delivered',
      explanation: 'It was part of a delivery run of the service.',
      message,
      run,
    };
  }
  if (position >= cursor && messageHasExpired(message, nowMs)) {
    return { verdict: 'expired', explanation: 'Its Message Expiry Interval has passed.', message };
  }
  if (message.qos === 0 || owed.every(({ qos }) => qos === 0)) {
    return {
      verdict: 'dropped',
      explanation: 'Messages of QoS 0 reach those who are connected, and do not wait under this policy.',
      message,
      dropReason: 'qos0',
    };
  }
  const by =
    edge === 'lifecycle'
      ? 'by the broker while the client was connected, or by the service before'
      : 'and acknowledged';
  return { verdict: 'delivered', explanation: `It was delivered, ${by}.`, message };
}

function runOf(position: string, entries: readonly HistoryEntry[]): DeliveryRun | undefined {
  for (const entry of entries) {
    if (entry.type !== 'delivered') continue;
    const { atMs, from, upTo } = entry;
    if (from === undefined || upTo === undefined || position < from || position >= upTo) continue;
    return { atMs, from, upTo };
  }
  return undefined;
}
