import type { HistoryEntry } from '#history/entry';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { DropReason } from '#session/delivery/drop-reasons';
import { wasLive } from '#session/delivery/stragglers';
import { type Connection, endOf, startOf } from '#session/life/connection';
import { messageHasExpired } from '#session/message';
import { positionAt, positionOf } from '#session/position';
import { policyOf } from '#session/session-edge';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { matches, parseSharedFilter } from '#session/topics/topic-filter';
import type { FoundMessage } from '#store/messages/message-log';
import type { SessionState } from '../look-ups/session-view.ts';
import { isHeldByBroker } from '../waiting/waiting-plan.ts';
import { type GivenUp, mayBeAmong, wasAway } from './given-up.ts';
import type { DeliveryRun, Judged } from './trace-view.ts';

/** A message that does not wait, and what is recorded. */
export interface Past extends GivenUp {
  /** Why it was given up, as far as that is recorded. */
  readonly reason: DropReason | undefined;
  /** There are older entries of the history, which were not read. */
  readonly isCut: boolean;
}

/** A message that was not delivered. */
export function judgeDrop(message: FoundMessage, reason: DropReason): Judged {
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

/** The subscriptions that were there when a message came. */
function owedTo({ topic, position }: FoundMessage, { subscriptions }: SessionState): readonly Subscription[] {
  return subscriptions.filter(
    (each) =>
      matches(parseSharedFilter(each.filter).filter, topic) && positionAt(owedSinceMs(each)) <= position,
  );
}

/** Whether a message may wait for a client that is away: with QoS 0 the policy says so. */
export function mayWait(
  message: FoundMessage,
  state: SessionState,
  configuration: SessionConfiguration,
): boolean {
  const { session } = state;
  if (policyOf(session.clientId, session, configuration).queueQos0) return true;
  return message.qos > 0 && owedTo(message, state).some(({ qos }) => qos !== 0);
}

/** A message that does not wait. */
export function judgePast(past: Past, state: SessionState, configuration: SessionConfiguration): Judged {
  const { message, isKept } = past;
  const { session, nowMs } = state;
  const notOwed = judgeNotOwed(message, state);
  if (notOwed !== undefined) return notOwed;
  if (!mayWait(message, state, configuration)) return judgeQos0(message, state, configuration);
  if (past.reason !== undefined) return judgeDrop(message, past.reason);
  if (isKept && isHeldByBroker(session, configuration, nowMs)) {
    return {
      verdict: 'heldByBroker',
      explanation:
        "It was given up here, but the broker's own session of the client still stands: the broker delivers it if the client returns in time.",
      message,
    };
  }
  const run = runOf(message, past.entries);
  if (isUnclear(past, state, run, configuration)) return unclear(message);
  if (run !== undefined) {
    return {
      verdict: 'delivered',
      explanation: 'It was part of a delivery run of the service.',
      message,
      run,
    };
  }
  const { cursor } = state.flow ?? session;
  if (message.position >= cursor && messageHasExpired(message, nowMs)) {
    return { verdict: 'expired', explanation: 'Its Message Expiry Interval has passed.', message };
  }
  return judgeDelivered(past, state, configuration);
}

const unclear = (message: FoundMessage): Judged => ({
  verdict: 'unknown',
  explanation:
    'It does not wait any more. What is recorded does not tell whether it was delivered: messages were dropped that are counted and not named, or it is too long ago.',
  message,
});

function judgeNotOwed(message: FoundMessage, state: SessionState): Judged | undefined {
  const owed = owedTo(message, state);
  if (owed.length === 0) {
    return {
      verdict: 'noSubscription',
      explanation: 'The client subscribed after the message was published.',
      message,
    };
  }
  if (owed.every(({ noLocal }) => noLocal === true) && message.publisher === state.session.clientId) {
    return {
      verdict: 'noSubscription',
      explanation: 'The client published it itself and asked for No Local.',
      message,
    };
  }
  const isOfGroups = owed.every(({ filter }) => parseSharedFilter(filter).shareName !== undefined);
  if (isOfGroups && message.subscription === undefined) {
    return {
      verdict: 'notFound',
      explanation: 'It is for a share group, of which one member gets it; this client was not given it.',
      message,
    };
  }
  return undefined;
}

function isDuring(connection: Connection, atMs: number): boolean {
  if (connection.isProvisioned) return false;
  return startOf(connection) <= atMs && atMs < (endOf(connection) ?? Number.POSITIVE_INFINITY);
}

/** The client was there when it came, and whoever delivers at that edge delivered it. */
function wasThere(message: FoundMessage, state: SessionState, { settings }: SessionConfiguration): boolean {
  const { session, edge } = state;
  const { receivedAtMs } = message;
  if (edge === 'packets') return session.connections.some((each) => isDuring(each, receivedAtMs));
  return owedTo(message, state).some((each) => wasLive(session, each, receivedAtMs, settings));
}

/** A message that does not wait under the policy. */
function judgeQos0(message: FoundMessage, state: SessionState, configuration: SessionConfiguration): Judged {
  if (wasThere(message, state, configuration)) {
    return {
      verdict: 'delivered',
      explanation: 'It was sent to the client, which was connected; with QoS 0 nobody acknowledges it.',
      message,
    };
  }
  if (!wasAway(state.session, message.receivedAtMs, message.receivedAtMs)) return unclear(message);
  return {
    verdict: 'dropped',
    explanation: 'Messages of QoS 0 reach those who are connected, and do not wait under this policy.',
    message,
    dropReason: 'qos0',
  };
}

/** It may be one of those that are counted as dropped without a name. */
function isUnclear(
  { message, entries, isCut }: Past,
  { session, nowMs }: SessionState,
  run: DeliveryRun | undefined,
  { settings }: SessionConfiguration,
): boolean {
  const ofLife = entries.filter((each) => each.incarnation === session.incarnation);
  if (ofLife.some((each) => mayBeAmong(message, each, run?.atMs ?? Number.POSITIVE_INFINITY))) return true;
  const readFromMs = isCut ? (entries.at(-1)?.atMs ?? 0) : nowMs - settings.historyRetentionSeconds * 1000;
  return Object.keys(session.drops).length > 0 && message.receivedAtMs < readFromMs;
}

function judgeDelivered(past: Past, state: SessionState, configuration: SessionConfiguration): Judged {
  const { message, isKept } = past;
  const delivered = (by: string): Judged => ({
    verdict: 'delivered',
    explanation: `It was delivered, ${by}.`,
    message,
  });
  if (state.edge === 'packets') return delivered('and acknowledged');
  if (isKept) return delivered("by the broker's own session of the client, when that returned");
  if (wasThere(message, state, configuration))
    return delivered('by the broker while the client was connected');
  // Everything before it is delivered, or dropped with a reason; and of drops all is known that could be this one.
  if (message.position < state.session.cursor)
    return delivered('by the broker while the client was connected, or by the service before');
  return unclear(message);
}

function runOf({ position, receivedAtMs, messageId }: FoundMessage, entries: readonly HistoryEntry[]) {
  // One that was appended late is delivered in the place that it would have had in time.
  const positions = [position, positionOf(receivedAtMs, messageId)];
  for (const entry of entries) {
    if (entry.type !== 'delivered') continue;
    const { atMs, from, upTo } = entry;
    if (from === undefined || upTo === undefined) continue;
    if (positions.some((each) => from <= each && each <= upTo)) return { atMs, from, upTo };
  }
  return undefined;
}
