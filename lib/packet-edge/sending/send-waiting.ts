import type { DropReason } from '#session/delivery/drop-reasons';
import { ownLog } from '#session/delivery/own-log';
import type { Flow } from '#session/flow/flow';
import { quotaOf } from '#session/flow/outbound';
import { TakenPositions } from '#session/flow/reading';
import type { Position } from '#session/position';
import { type Subscription, subscribedIn } from '#session/subscription';
import type { FoundMessage } from '#store/messages/message-log';
import { packetPolicy } from '../connections/session-changes.ts';
import type { Exchange } from '../exchange.ts';
import {
  AHEAD_WHILE_FULL,
  FOUND_AFTER_MS,
  LOOK_MESSAGES,
  MAXIMUM_AHEAD,
  PAST_FULL_MESSAGES,
  SETTLING_MS,
  SUBSCRIBE_MS,
} from '../limits.ts';
import { retainFor } from '../route-subscription.ts';
import { takeUnassigned } from '../share-groups/take-unassigned.ts';
import { limitBacklog } from './limit-backlog.ts';
import { takeMessage } from './take-message.ts';
import { openWaiting } from './waiting.ts';

type Filters = ReadonlySet<string> | 'all';

/** Sends what waits, and says where the first message lies that could not be sent. */
export async function sendWaiting(
  exchange: Exchange,
  started: Flow,
  filters: Filters,
): Promise<Position | undefined> {
  const { context, dependencies } = exchange;
  if (context === undefined) return undefined;
  const all = await dependencies.subscriptions.list(context.clientId);
  const subscriptions = subscribedIn(context.incarnation, all);
  lookAgainForUnfound(exchange, subscriptions);
  if (filters === 'all')
    await takeUnassigned(
      context,
      { subscriptions, cursor: started.cursor, retainSeconds: retainFor(context, dependencies) },
      dependencies,
    );
  const { queueQos0 } = packetPolicy(dependencies.configuration, context.clientId);
  const isLimited = filters !== 'all' || started.limited === true;
  const expected = quotaOf(started, context.receiveMaximum);
  const open = (from = started.cursor) =>
    openWaiting(
      { subscriptions, ownLog: ownLog(context), from, filters, ...(isLimited && { expected }) },
      dependencies,
    );
  const messages = isLimited ? await open() : await limitBacklog(exchange, subscriptions, open);
  return sendEach(messages, subscriptions, queueQos0, exchange);
}

/** At CONNECT: the connection that was to look again may have ended. */
function lookAgainForUnfound(exchange: Exchange, subscriptions: readonly Subscription[]): void {
  const isReturn = exchange.request.context === undefined;
  const nowMs = exchange.dependencies.clock();
  if (isReturn && subscriptions.some((each) => mayBeUnknown(each, nowMs))) exchange.lookAgain(FOUND_AFTER_MS);
}

/** Who publishes may not find the subscription yet. */
function mayBeUnknown({ subscribedAtMs }: Subscription, nowMs: number): boolean {
  return (subscribedAtMs[0] ?? 0) > nowMs - SUBSCRIBE_MS;
}

/** Sends one message after the other, until the client or the answer takes no more. */
async function sendEach(
  messages: AsyncIterable<FoundMessage>,
  subscriptions: readonly Subscription[],
  queueQos0: boolean,
  exchange: Exchange,
): Promise<Position | undefined> {
  const taken = new TakenPositions(await exchange.flow());
  let handled = 0;
  let pastFull = 0;
  let stoppedAt: Position | undefined;
  for await (const message of messages) {
    const { position } = message;
    if (taken.has(position)) continue;
    const end = endBefore(await exchange.flow(), handled, stoppedAt, exchange.isFull);
    if (end !== undefined) {
      stoppedAt ??= position;
      if (end.lookAfterMs !== undefined) exchange.lookAgain(end.lookAfterMs);
      break;
    }
    const sending = await takeMessage(message, subscriptions, queueQos0, exchange);
    if (sending.outcome === 'full') {
      stoppedAt ??= position;
      pastFull += 1;
      // QoS 0 messages just behind need no acknowledgement. [MQTT-4.9.0-3]
      if (pastFull > PAST_FULL_MESSAGES) break;
      continue;
    }
    taken.add(position);
    handled += 1;
    if (sending.drop !== undefined) dropMessage(exchange, message, sending.drop);
  }
  return stoppedAt;
}

/** The look ends before its next message, and the carrier is to ask again after so long, if it is to. */
interface LookEnd {
  readonly lookAfterMs?: number;
}

/** Undefined: the next message is tried. */
function endBefore(
  { ahead }: Flow,
  handled: number,
  stoppedAt: Position | undefined,
  isFull: boolean,
): LookEnd | undefined {
  if (handled >= LOOK_MESSAGES || isFull) return { lookAfterMs: 0 };
  // Once the client has acknowledged, what is before them goes out and the cursor moves.
  if (stoppedAt !== undefined && ahead.length >= AHEAD_WHILE_FULL) return {};
  return ahead.length >= MAXIMUM_AHEAD ? { lookAfterMs: SETTLING_MS } : undefined;
}

function dropMessage(exchange: Exchange, { topic, position }: FoundMessage, reason: DropReason): void {
  const drop = { reason, topic, position, atMs: exchange.dependencies.clock() };
  exchange.drop({ counts: { [reason]: 1 }, last: [drop] });
}
