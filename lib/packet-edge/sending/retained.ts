import { eachAtOnce } from '#edge/each-at-once';
import type { RequestedSubscription } from '#packets/types';
import { OWN_LOG_SHARDS, ownLog } from '#session/delivery/own-log';
import { type Message, messageHasExpired, type QoS } from '#session/message';
import { positionAt } from '#session/position';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import type { Exchange } from '../exchange.ts';
import { retainFor } from '../route-subscription.ts';
import { publishBytes, publishPacket } from './publish-packet.ts';

export interface Granted {
  readonly requested: RequestedSubscription;
  /** There was no subscription of this filter before. */
  readonly isNew: boolean;
  readonly subscriptionIdentifier?: number;
}

/** [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11] */
function asksForRetained({ requested, isNew }: Granted): boolean {
  // Retained messages are not sent for shared subscriptions. (MQTT 5.0, 4.8.2)
  if (parseSharedFilter(requested.filter).shareName !== undefined) return false;
  return requested.retainHandling === 0 || (requested.retainHandling === 1 && isNew);
}

/** A SUBSCRIBE that is handled so long after it came may have been handled before. */
const LATE_MS = 1_000;

/** Whether a message is in a log that holds little from that time on. */
async function isLogged(
  messageId: string,
  read: { readonly filter: string; readonly shards: number; readonly fromMs: number },
  { log }: Pick<PacketEdgeDependencies, 'log'>,
): Promise<boolean> {
  const { filter, shards, fromMs } = read;
  for await (const logged of log.readAppended({ filter, shards, from: positionAt(fromMs) }))
    if (logged.messageId === messageId) return true;
  return false;
}

/**
 * A message that came after the SUBSCRIBE comes to the client by the log of its filter, unless it was routed
 * before the filter was.
 */
async function comesByItself(
  { messageId, receivedAtMs }: Message,
  filter: string,
  { dependencies }: Exchange,
): Promise<boolean> {
  const [route] = await dependencies.routes.find([filter], { consistent: true });
  if (route === undefined) return false;
  return isLogged(messageId, { ...route, fromMs: receivedAtMs }, dependencies);
}

/** What a SUBSCRIBE that may have been handled before has brought into the client's own log. */
async function keptBefore(exchange: Exchange, atMs: number): Promise<ReadonlySet<string>> {
  const { context, dependencies } = exchange;
  const found = new Set<string>();
  if (context === undefined || dependencies.clock() - atMs < LATE_MS) return found;
  const own = { filter: ownLog(context), shards: OWN_LOG_SHARDS, from: positionAt(atMs) };
  for await (const { messageId } of dependencies.log.readAppended(own)) found.add(messageId);
  return found;
}

/** For one subscription of one client: it goes through the client's own log, so that it waits like any other. */
async function keepForClient(
  exchange: Exchange,
  { requested }: Granted,
  message: Message,
  atMs: number,
  kept: ReadonlySet<string>,
): Promise<void> {
  const { context, dependencies, connectionId } = exchange;
  if (context === undefined) return;
  const { messageExpiryInterval, receivedAtMs } = message;
  const own = { filter: ownLog(context), shards: OWN_LOG_SHARDS };
  // One that came at the same time is taken once, wherever it lies.
  const isNewer = receivedAtMs >= atMs;
  const copyId = `${connectionId}:${atMs}:${requested.filter}:${message.topic}`;
  const messageId = isNewer ? message.messageId : copyId;
  if (kept.has(messageId)) return;
  await dependencies.log.append({
    ...own,
    retainSeconds: retainFor(context, dependencies),
    message: {
      ...message,
      messageId,
      receivedAtMs: atMs,
      subscription: requested.filter,
      retain: true,
      // Counted on from when it was published.
      ...(messageExpiryInterval !== undefined && {
        messageExpiryInterval: messageExpiryInterval - Math.max(0, Math.floor((atMs - receivedAtMs) / 1000)),
      }),
    },
  });
}

/** The retained messages that new subscriptions bring, behind the SUBACK, with RETAIN 1. [MQTT-3.3.1-8] */
export async function sendRetained(
  exchange: Exchange,
  granted: readonly Granted[],
  atMs: number,
): Promise<void> {
  const { context, dependencies } = exchange;
  const asking = granted.filter(asksForRetained);
  if (context === undefined || asking.length === 0) return;
  let kept: Promise<ReadonlySet<string>> | undefined;
  const send = async (each: Granted, message: Message) => {
    const { requested, subscriptionIdentifier } = each;
    if (messageHasExpired(message, dependencies.clock())) return;
    // [MQTT-3.8.3-3]
    if (requested.noLocal && message.publisher === context.clientId) return;
    if (message.receivedAtMs >= atMs && (await comesByItself(message, requested.filter, exchange))) return;
    const qos = Math.min(message.qos, requested.qos) as QoS;
    // What the answer does not take waits as well.
    if (qos > 0 || exchange.isFull) {
      kept ??= keptBefore(exchange, atMs);
      await keepForClient(exchange, each, message, atMs, await kept);
      exchange.want([ownLog(context)]);
      return;
    }
    const identifiers =
      subscriptionIdentifier === undefined ? {} : { subscriptionIdentifiers: [subscriptionIdentifier] };
    const delivery = { qos, retain: true, ...identifiers };
    const packet = publishPacket(message, delivery, dependencies.clock());
    const bytes = publishBytes(packet, context.protocolVersion);
    if (bytes <= (context.maximumPacketSize ?? Number.POSITIVE_INFINITY))
      exchange.replyMessage(packet, bytes);
  };
  await eachAtOnce(asking, (each) =>
    eachAtOnce(dependencies.retained.matching(each.requested.filter), (message) => send(each, message)),
  );
}
