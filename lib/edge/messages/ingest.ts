import type { Message } from '#session/message';
import { type Position, timeOf } from '#session/position';
import type { Append, MessageLog } from '#store/messages/message-log';
import type { Router } from '#store/routes/router';
import type { Route } from '#store/routes/routes';
import { eachAtOnce } from '../each-at-once.ts';

export interface IngestDependencies {
  readonly router: Router;
  readonly log: Pick<MessageLog, 'append'>;
}

export interface Ingested {
  /** The durable filters that the message matched. */
  readonly routes: readonly Route[];
  /** The latest time at which it was appended, epoch milliseconds; absent: nowhere. */
  readonly appendedAtMs?: number;
}

/**
 * What a message is to be appended to: each durable filter that it matches, once. [MQTT-4.5.0-1]
 *
 * @param notBeforeMs behind what the same client sent before
 */
export function appendsOf(message: Message, routes: readonly Route[], notBeforeMs?: number): Append[] {
  const bound = notBeforeMs === undefined ? {} : { notBeforeMs };
  return routes.map(({ filter, shards, retainSeconds }) => ({
    filter,
    shards,
    retainSeconds,
    message,
    ...bound,
  }));
}

/**
 * Puts a message into the log of every durable filter that it matches: once a filter, however many clients
 * wait. Handled again, it is the same items.
 *
 * @param notBeforeMs behind what the same client sent before
 */
export async function ingest(
  message: Message,
  { router, log }: IngestDependencies,
  notBeforeMs?: number,
): Promise<Ingested> {
  const routes = await router.route(message.topic);
  const appends = appendsOf(message, routes, notBeforeMs);
  const positions: Position[] = [];
  // Clients decide how many filters match a topic, and each write under way holds the whole message.
  await eachAtOnce(appends, async (append) => {
    positions.push(await log.append(append));
  });
  if (positions.length === 0) return { routes };
  return { routes, appendedAtMs: Math.max(...positions.map(timeOf)) };
}
