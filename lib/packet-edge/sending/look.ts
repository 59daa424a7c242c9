import { ownLog } from '#session/delivery/own-log';
import type { Flow } from '#session/flow/flow';
import { quotaOf, SEND_WINDOW } from '#session/flow/outbound';
import { settle, TakenPositions } from '#session/flow/reading';
import { earlier, type Position, positionAt } from '#session/position';
import { type Subscription, subscribedIn } from '#session/subscription';
import { packetPolicy } from '../connections/session-changes.ts';
import type { Exchange } from '../exchange.ts';
import {
  AHEAD_MESSAGES,
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
import { resend } from './resend.ts';
import { takeMessage } from './take-message.ts';
import { openWaiting } from './waiting.ts';

/** Whether a client that could not take everything has acknowledged enough for another look to be worth it. */
export function hasRoom(flow: Flow, receiveMaximum: number): boolean {
  const half = Math.floor(Math.min(receiveMaximum, SEND_WINDOW) / 2);
  return flow.resendFrom === undefined && quotaOf(flow, receiveMaximum) >= Math.max(1, half);
}

/** Nothing can be sent before the client has acknowledged something, so that it is not worth reading what waits. */
function takesNothing(flow: Flow, receiveMaximum: number): boolean {
  return flow.behind === true && flow.ahead.length >= AHEAD_WHILE_FULL && quotaOf(flow, receiveMaximum) === 0;
}

/** Who publishes may not find the subscription yet. */
function mayBeUnknown({ subscribedAtMs }: Subscription, nowMs: number): boolean {
  return (subscribedAtMs[0] ?? 0) > nowMs - SUBSCRIBE_MS;
}

/** Sends what waits, and says where the first message lies that could not be sent. */
async function sendWaiting(
  exchange: Exchange,
  started: Flow,
  filters: ReadonlySet<string> | 'all',
): Promise<Position | undefined> {
  const { context, dependencies } = exchange;
  if (context === undefined) return undefined;
  const all = await dependencies.subscriptions.list(context.clientId);
  const { incarnation } = context;
  const subscriptions = subscribedIn(incarnation, all);
  const { queueQos0 } = packetPolicy(dependencies.configuration, context.clientId);
  const expected = quotaOf(started, context.receiveMaximum);
  // At CONNECT: the connection that was to look again may have ended.
  const isReturn = exchange.request.context === undefined;
  if (isReturn && subscriptions.some((each) => mayBeUnknown(each, dependencies.clock())))
    exchange.lookAgain(FOUND_AFTER_MS);
  if (filters === 'all')
    await takeUnassigned(
      context,
      { subscriptions, cursor: started.cursor, retainSeconds: retainFor(context, dependencies) },
      dependencies,
    );
  const isLimited = filters !== 'all' || started.limited === true;
  const open = (from = started.cursor) =>
    openWaiting(
      { subscriptions, ownLog: ownLog(context), from, filters, ...(isLimited && { expected }) },
      dependencies,
    );
  const source = isLimited ? await open() : await limitBacklog(exchange, subscriptions, open);
  const taken = new TakenPositions(await exchange.flow());
  let messages = 0;
  let pastFull = 0;
  let stoppedAt: Position | undefined;
  for await (const message of source) {
    const { position, topic } = message;
    if (taken.has(position)) continue;
    if (messages >= LOOK_MESSAGES || exchange.isFull) {
      stoppedAt ??= position;
      exchange.lookAgain(0);
      break;
    }
    const { ahead } = await exchange.flow();
    // Once the client has acknowledged, what is before them goes out and the cursor moves.
    if (stoppedAt !== undefined && ahead.length >= AHEAD_WHILE_FULL) break;
    if (ahead.length >= MAXIMUM_AHEAD) {
      stoppedAt ??= position;
      exchange.lookAgain(SETTLING_MS);
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
    messages += 1;
    if (sending.drop === undefined) continue;
    const drop = { reason: sending.drop, topic, position, atMs: dependencies.clock() };
    exchange.drop({ counts: { [sending.drop]: 1 }, last: [drop] });
  }
  return stoppedAt;
}

/** Where nothing new and no copy can appear any more: twice the settle window ago. */
function settledPosition({ dependencies }: Exchange): Position {
  const { clock, configuration } = dependencies;
  return positionAt(clock() - 2 * configuration.settings.settleSeconds * 1000);
}

function withBehind(flow: Flow, isBehind: boolean): Flow {
  if (isBehind === (flow.behind === true)) return flow;
  const { behind: _, ...rest } = flow;
  return isBehind ? { ...flow, behind: true } : rest;
}

/**
 * Sends what waits for the client, in order of position, as far as its Receive Maximum allows. A look at all
 * filters moves the cursor; one at those that a signal has named only remembers what it took.
 */
export async function look(exchange: Exchange): Promise<void> {
  const { context, wanted } = exchange;
  if (context === undefined) return;
  // What an answer was to say that was lost.
  if (exchange.hasLoadedFlow || wanted !== undefined) await resend(exchange);
  if (wanted === undefined) return;
  const started = await exchange.flow();
  // What was under way comes first. [MQTT-4.4.0-1]
  if (started.resendFrom !== undefined) {
    exchange.setFlow(withBehind(started, true));
    return;
  }
  if (takesNothing(started, context.receiveMaximum)) return;
  const filters = started.behind === true || started.ahead.length >= AHEAD_MESSAGES ? 'all' : wanted;
  const settled = settledPosition(exchange);
  const stoppedAt = await sendWaiting(exchange, started, filters);
  const behind = withBehind(await exchange.flow(), stoppedAt !== undefined);
  const flow: Flow = stoppedAt !== undefined && filters === 'all' ? { ...behind, limited: true } : behind;
  // A cursor that moves alone is not worth a write of its own.
  const isWritten = flow !== started || exchange.hasChangedFlow;
  if (filters !== 'all' || !isWritten) {
    exchange.setFlow(flow);
    return;
  }
  exchange.setFlow(settle(flow, stoppedAt === undefined ? settled : earlier(settled, stoppedAt)));
}
