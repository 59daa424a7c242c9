import { ingest } from '#edge/messages/ingest';
import type { Message } from '#session/message';
import type { PacketEdgeDependencies } from './dependencies.ts';
import type { Exchange } from './exchange.ts';
import { announceOnline } from './signals/announce-online.ts';
import type { Logged } from './signals/signal-subscribers.ts';

/** Tells those who are online of a message that is in the log, and hands it on to the broker. */
export async function announce(
  logged: Logged,
  dependencies: PacketEdgeDependencies,
  exchange?: Exchange,
): Promise<void> {
  const { routes, isAgain } = logged;
  if (isAgain !== true) dependencies.reportMessage?.({ what: 'appended', filters: routes.length });
  await announceOnline(logged, dependencies, exchange);
  await dependencies.publishToBroker?.(logged.message);
}

/** A message with RETAIN stays for who subscribes later; an empty one takes it away. [MQTT-3.3.1-5] [MQTT-3.3.1-6] */
async function retain(message: Message, { retained }: PacketEdgeDependencies): Promise<void> {
  if (message.retain !== true) return;
  const { topic, receivedAtMs } = message;
  await (message.payload.byteLength === 0 ? retained.remove(topic, receivedAtMs) : retained.set(message));
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
  const { routes, appendedAtMs } = await ingest(message, dependencies, exchange?.appendNotBeforeMs);
  exchange?.noteAppended(message.receivedAtMs, appendedAtMs);
  await retain(message, dependencies);
  await announce({ message, routes }, dependencies, exchange);
  return routes.length;
}
