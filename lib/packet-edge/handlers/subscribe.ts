import { eachAtOnce, eachKeyAtOnce } from '#edge/each-at-once';
import type { ConnectionContext } from '#packets/carrying/exchange';
import { REASON_CODES } from '#packets/reason-codes';
import type { RequestedSubscription, SubscribePacket } from '#packets/types';
import { fitsKeys } from '#session/topics/shape';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { leaveToNewest } from '../connections/leave-to-newest.ts';
import type { Exchange } from '../exchange.ts';
import { FOUND_AFTER_MS } from '../limits.ts';
import { routeSubscription } from '../route-subscription.ts';
import { type Granted, sendRetained } from '../sending/retained.ts';

function isAllowed({ filter }: RequestedSubscription): boolean {
  return fitsKeys(filter);
}

/**
 * Writes one subscription; it replaces one of the same filter. [MQTT-3.8.4-3]
 *
 * @returns undefined when its filter would add one shape too many
 */
async function subscribeOne(
  exchange: Exchange,
  context: ConnectionContext,
  requested: RequestedSubscription,
  subscriptionIdentifier: number | undefined,
  atMs: number,
): Promise<Granted | undefined> {
  const { dependencies, connectionId } = exchange;
  const { filter, qos, noLocal, retainAsPublished } = requested;
  if ((await dependencies.routes.ensureShape(parseSharedFilter(filter).filter)) === 'refused')
    return undefined;
  const identifier = subscriptionIdentifier === undefined ? {} : { subscriptionIdentifier };
  const { wasSubscribed, subscription } = await dependencies.subscriptions.apply({
    clientId: context.clientId,
    filter,
    incarnation: context.incarnation,
    sessionIdentifier: connectionId,
    kind: 'subscribed',
    atMs,
    qos,
    ...(noLocal && { noLocal: true as const }),
    ...(retainAsPublished && { retainAsPublished: true as const }),
    ...identifier,
  });
  // The subscription first, then its route: whoever finds a route without subscribers looks a second time.
  await routeSubscription(filter, context, dependencies);
  // It may be this very packet that was handled before, by an instance that died.
  const isNew = !wasSubscribed || subscription.subscribedAtMs[0] === atMs;
  return { requested, isNew, ...identifier };
}

/** The session subscribes; retained messages follow the SUBACK. [MQTT-3.8.4-1] [MQTT-3.8.4-6] */
export async function subscribe(exchange: Exchange, packet: SubscribePacket, atMs: number): Promise<void> {
  const { context } = exchange;
  if (context === undefined) return;
  const { subscriptions, packetId, properties } = packet;
  const allowed = subscriptions.filter(isAllowed);
  const byRequest = new Map<RequestedSubscription, Granted>();
  await eachKeyAtOnce(
    allowed,
    ({ filter }) => filter,
    async (requested) => {
      const identifier = properties.subscriptionIdentifier;
      const one = await subscribeOne(exchange, context, requested, identifier, atMs);
      if (one !== undefined) byRequest.set(requested, one);
    },
  );
  const granted = allowed.flatMap((requested) => byRequest.get(requested) ?? []);
  const reasonCodes = subscriptions.map((requested) => {
    if (byRequest.has(requested)) return requested.qos;
    return isAllowed(requested) ? REASON_CODES.quotaExceeded : REASON_CODES.topicFilterInvalid;
  });
  exchange.reply({ cmd: 'suback', packetId, reasonCodes });
  await sendRetained(exchange, granted, atMs);
  if (granted.length === 0) return;
  const { sessionExpiryInterval } = await leaveToNewest(exchange, context);
  if (sessionExpiryInterval > context.sessionExpiryInterval) {
    // An operator has made the session last longer since it was connected.
    const lifetime = { ...context, sessionExpiryInterval };
    await eachAtOnce(granted, ({ requested }) =>
      routeSubscription(requested.filter, lifetime, exchange.dependencies),
    );
  }
  exchange.dependencies.router.forget();
  exchange.want(granted.map(({ requested }) => parseSharedFilter(requested.filter).filter));
  exchange.lookAgain(FOUND_AFTER_MS);
}
