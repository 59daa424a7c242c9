import type { Message } from '#session/message';
import { timeOf } from '#session/position';
import type { Append } from '#store/message-log';
import type { Route } from '#store/routes';
import type { PacketEdgeDependencies } from './dependencies.ts';
import type { Exchange } from './exchange.ts';
import { assignShared } from './share-groups.ts';
import { type AddressedSignal, dispatchSignals, onlineAmong } from './signals.ts';

/** What a message is to be appended to: each durable filter that it matches, once. [MQTT-4.5.0-1] */
export function appendsOf(message: Message, routes: readonly Route[]): Append[] {
  return routes.map(({ filter, shards, retainSeconds }) => ({ filter, shards, retainSeconds, message }));
}

/** Subscribers of a filter are looked up a page at a time; there may be many. */
async function* subscriberPages(filter: string, { subscriptions }: PacketEdgeDependencies) {
  let startKey: string | undefined;
  do {
    const page = await subscriptions.subscribersOf(filter, startKey === undefined ? {} : { startKey });
    yield page;
    startKey = page.nextKey;
  } while (startKey !== undefined);
}

async function signalsFor(
  { filter, signals, retainSeconds }: Route,
  message: Message,
  isLate: boolean,
  dependencies: PacketEdgeDependencies,
): Promise<AddressedSignal[]> {
  // Nobody of the packet edge has ever subscribed to it: who sleeps is not woken.
  if (signals !== true) return [];
  const addressed: AddressedSignal[] = [];
  for await (const { clientIds, shared } of subscriberPages(filter, dependencies)) {
    const online = await onlineAmong(clientIds, dependencies);
    for (const { clientId, carrier, connectionId } of online) {
      // Stragglers lie apart; only a look at all finds them.
      const where = isLate ? {} : { filters: [filter] };
      addressed.push({ clientId, carrier, signal: { kind: 'look', connectionId, ...where } });
    }
    if (shared.length === 0) continue;
    addressed.push(...(await assignShared(shared, online, message, retainSeconds, dependencies)));
  }
  return addressed;
}

/** What follows once a message is in the log: the retained copy, the broker's subscribers, those online here. */
export async function afterEntry(
  message: Message,
  routes: readonly Route[],
  isLate: boolean,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<void> {
  const { retained, publishToBroker } = dependencies;
  if (message.retain === true) {
    // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
    await (message.payload.byteLength === 0 ? retained.remove(message.topic) : retained.set(message));
  }
  const addressed = await Promise.all(routes.map((route) => signalsFor(route, message, isLate, dependencies)));
  await dispatchSignals(addressed.flat(), dependencies, exchange);
  await publishToBroker?.(message);
}

/**
 * Puts a message into the log of every durable filter that it matches, and tells whoever is online.
 * Done again, it is the same items.
 *
 * @returns how many filters matched
 */
export async function enterMessage(
  message: Message,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<number> {
  const routes = await dependencies.router.route(message.topic);
  const positions = await Promise.all(
    appendsOf(message, routes).map((append) => dependencies.log.append(append)),
  );
  const isLate = positions.some((position) => timeOf(position) !== message.receivedAtMs);
  await afterEntry(message, routes, isLate, dependencies, exchange);
  return routes.length;
}
