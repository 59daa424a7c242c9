import { countBacklog, replayBacklog } from '#delivery/backlog';
import { overflowDrops } from '#session/delivery/drops';
import { giveWay, TakenPositions } from '#session/flow/reading';
import { messageHasExpired } from '#session/message';
import type { Position } from '#session/position';
import type { Subscription } from '#session/subscription';
import { deliveryTo } from '#session/topics/matching';
import type { FoundMessage } from '#store/messages/message-log';
import { packetPolicy } from '../connections/session-changes.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Counts what waits for a client that has returned against the limits of its policy, and lets give way what is
 * too much: it is not sent, and counted on the session with its reason.
 */
export async function limitBacklog(
  exchange: Exchange,
  subscriptions: readonly Subscription[],
  open: (from: Position | undefined) => Promise<AsyncIterable<FoundMessage>>,
): Promise<AsyncIterable<FoundMessage>> {
  const { context, dependencies } = exchange;
  const messages = await open(undefined);
  if (context === undefined) return messages;
  const { configuration, clock } = dependencies;
  const policy = packetPolicy(configuration, context.clientId);
  const flow = await exchange.flow();
  const taken = new TakenPositions(flow);
  const nowMs = clock();
  const backlog = await countBacklog(messages, {
    limits: policy,
    isWaiting: (message) => {
      if (taken.has(message.position) || messageHasExpired(message, nowMs)) return false;
      const delivery = deliveryTo(subscriptions, message, context.clientId);
      return delivery !== undefined && (delivery.qos > 0 || policy.queueQos0);
    },
  });
  const { overflow } = backlog;
  if (overflow !== undefined) {
    exchange.setFlow(giveWay(flow, overflow));
    exchange.drop(overflowDrops(overflow, nowMs));
  }
  return replayBacklog(backlog, open);
}
