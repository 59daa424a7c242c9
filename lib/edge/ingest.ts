import type { Message } from '#session/message';
import type { MessageLog } from '#store/message-log';
import type { Router } from '#store/router';

export interface IngestDependencies {
  readonly router: Router;
  readonly log: MessageLog;
}

/**
 * Puts a message into the log of every durable filter that it matches: once a filter, however many clients
 * wait. Handled again, it is the same items.
 *
 * @returns how many filters matched
 */
export async function ingest(message: Message, { router, log }: IngestDependencies): Promise<number> {
  const routes = await router.route(message.topic);
  await Promise.all(
    routes.map(({ filter, shards, retainSeconds }) => log.append({ filter, shards, retainSeconds, message })),
  );
  return routes.length;
}
