import type { Message } from '#session/message';
import { timeOf } from '#session/position';
import type { Append, MessageLog } from '#store/message-log';
import type { Router } from '#store/router';
import type { Route } from '#store/routes';

export interface IngestDependencies {
  readonly router: Router;
  readonly log: MessageLog;
}

export interface Ingested {
  /** The durable filters that the message matched. */
  readonly routes: readonly Route[];
  /** It could not be appended at the time at which it was received. */
  readonly isLate: boolean;
}

/** What a message is to be appended to: each durable filter that it matches, once. [MQTT-4.5.0-1] */
export function appendsOf(message: Message, routes: readonly Route[]): Append[] {
  return routes.map(({ filter, shards, retainSeconds }) => ({ filter, shards, retainSeconds, message }));
}

/**
 * Puts a message into the log of every durable filter that it matches: once a filter, however many clients
 * wait. Handled again, it is the same items.
 */
export async function ingest(message: Message, { router, log }: IngestDependencies): Promise<Ingested> {
  const routes = await router.route(message.topic);
  const appends = appendsOf(message, routes);
  const positions = await Promise.all(appends.map((append) => log.append(append)));
  return { routes, isLate: positions.some((position) => timeOf(position) !== message.receivedAtMs) };
}
