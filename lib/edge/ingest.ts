import type { Message } from '#session/message';
import type { Append, MessageLog } from '#store/message-log';
import type { Router } from '#store/router';
import type { Route } from '#store/routes';

export interface IngestDependencies {
  readonly router: Router;
  readonly log: MessageLog;
}

/** What a message is to be appended to: each durable filter that it matches, once. [MQTT-4.5.0-1] */
export function appendsOf(message: Message, routes: readonly Route[]): Append[] {
  return routes.map(({ filter, shards, retainSeconds }) => ({ filter, shards, retainSeconds, message }));
}

/**
 * Puts a message into the log of every durable filter that it matches: once a filter, however many clients
 * wait. Handled again, it is the same items.
 *
 * @returns the durable filters that it matched
 */
export async function ingest(
  message: Message,
  { router, log }: IngestDependencies,
): Promise<readonly Route[]> {
  const routes = await router.route(message.topic);
  await Promise.all(appendsOf(message, routes).map((append) => log.append(append)));
  return routes;
}
