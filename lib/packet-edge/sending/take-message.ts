import type { DropReason } from '#session/delivery/drop-reasons';
import { countDelivered, quotaOf, send } from '#session/flow/outbound';
import { take } from '#session/flow/reading';
import { messageHasExpired } from '#session/message';
import type { Subscription } from '#session/subscription';
import { deliveryTo } from '#session/topics/matching';
import type { FoundMessage } from '#store/messages/message-log';
import type { Exchange } from '../exchange.ts';
import { publishBytes, publishPacket } from './publish-packet.ts';

export type Taken =
  | { readonly outcome: 'taken'; readonly drop?: DropReason }
  /** The client has to acknowledge others first. */
  | { readonly outcome: 'full' };

/** Sends one message to the client, or lets it go, with a reason where it is lost to it. */
export async function takeMessage(
  message: FoundMessage,
  subscriptions: readonly Subscription[],
  queueQos0: boolean,
  exchange: Exchange,
): Promise<Taken> {
  const { context, dependencies } = exchange;
  if (context === undefined) return { outcome: 'full' };
  const flow = await exchange.flow();
  const nowMs = dependencies.clock();
  const letGo = (drop?: DropReason): Taken => {
    exchange.setFlow(take(flow, message.position));
    return { outcome: 'taken', ...(drop !== undefined && { drop }) };
  };
  // Unsubscribed meanwhile, or its own message and No Local. [MQTT-3.8.3-3]
  const delivery = deliveryTo(subscriptions, message, context.clientId);
  if (delivery === undefined) return letGo();
  // QoS 0 is for those who are there, unless the policy queues it.
  if (delivery.qos === 0 && message.receivedAtMs < context.connectedAtMs && !queueQos0) return letGo();
  // [MQTT-3.3.2-5]
  if (messageHasExpired(message, nowMs)) return letGo('expired');
  if (delivery.qos > 0 && quotaOf(flow, context.receiveMaximum) === 0) return { outcome: 'full' };
  const packet = publishPacket(message, delivery, nowMs);
  const bytes = publishBytes(packet, context.protocolVersion);
  // [MQTT-3.1.2-25]
  if (bytes > (context.maximumPacketSize ?? Number.POSITIVE_INFINITY)) return letGo('tooLarge');
  const taken = take(flow, message.position);
  dependencies.reportMessage?.({ what: 'sent', ageMs: nowMs - message.receivedAtMs });
  if (delivery.qos === 0) {
    exchange.setFlow(countDelivered(taken));
    exchange.replyMessage(packet, bytes);
    return { outcome: 'taken' };
  }
  const { log, position } = message;
  const { retain, subscriptionIdentifiers } = delivery;
  const sent = send(taken, {
    log,
    position,
    qos: delivery.qos,
    retain,
    ...(subscriptionIdentifiers !== undefined && { subscriptionIdentifiers }),
  });
  exchange.setFlow(sent.flow);
  exchange.replyMessage({ ...packet, packetId: sent.packetId }, bytes);
  return { outcome: 'taken' };
}
