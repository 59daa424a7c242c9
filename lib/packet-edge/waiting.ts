import { merge } from '#delivery/merge';
import type { LoggedMessage } from '#session/message';
import { later, type Position, positionAt } from '#session/position';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topic-filter';
import { logOf } from '#store/message-log';
import type { PacketEdgeDependencies } from './dependencies.ts';
import { OWN_LOG_SHARDS } from './own-log.ts';

/** A message that may wait for the client, and where it lies. */
export interface WaitingMessage extends LoggedMessage {
  readonly log: string;
}

/** Behind everything that can be in a log: also what was stamped a little ahead of this clock. */
const LOG_END: Position = 'Z'.repeat(26);

export interface WaitingIn {
  readonly subscriptions: readonly Subscription[];
  readonly ownLog: string;
  readonly from: Position;
  /** Only these logs, where a signal has named them; stragglers are then left to a look at all. */
  readonly filters: ReadonlySet<string> | 'all';
  /** About so many are taken. */
  readonly expected: number;
}

/** A page should not hold many more messages than are taken: what is read is paid for. */
const PAGE_BYTES = { least: 8_192, most: 131_072, perMessage: 2_048 } as const;

function pageBytesFor(expected: number): number {
  return Math.min(Math.max(PAGE_BYTES.least, expected * PAGE_BYTES.perMessage), PAGE_BYTES.most);
}

async function* placed(
  filter: string,
  shards: number,
  messages: AsyncIterable<LoggedMessage>,
): AsyncGenerator<WaitingMessage> {
  for await (const message of messages) yield { ...message, log: logOf(filter, shards, message) };
}

/** The logs' messages from the cursor on, up to the youngest, in order of position, each once. */
export async function openWaiting(
  { subscriptions, ownLog, from, filters, expected }: WaitingIn,
  { routes, log, configuration }: PacketEdgeDependencies,
): Promise<AsyncGenerator<WaitingMessage>> {
  const starts = new Map<string, Position>();
  for (const subscription of subscriptions) {
    const { shareName, filter } = parseSharedFilter(subscription.filter);
    // What a group's members get is assigned to them in their own logs.
    if (shareName !== undefined || (filters !== 'all' && !filters.has(filter))) continue;
    starts.set(filter, later(from, positionAt(owedSinceMs(subscription))));
  }
  const { logShards } = configuration.settings;
  const found = logShards === 1 || starts.size === 0 ? [] : await routes.find([...starts.keys()]);
  const shardsOf = new Map(found.map(({ filter, shards }) => [filter, shards]));
  const pageBytes = pageBytesFor(expected);
  const streams = [...starts].flatMap(([filter, start]) => {
    const shards = shardsOf.get(filter) ?? logShards;
    const range = { filter, from: start, upTo: LOG_END, pageBytes };
    const inTime = placed(filter, shards, log.read({ ...range, shards }));
    return filters === 'all' ? [inTime, placed(filter, shards, log.readStragglers(range))] : [inTime];
  });
  if (filters === 'all' || filters.has(ownLog)) {
    const range = { filter: ownLog, from, upTo: LOG_END, pageBytes, shards: OWN_LOG_SHARDS };
    streams.push(placed(ownLog, OWN_LOG_SHARDS, log.read(range)));
    if (filters === 'all') streams.push(placed(ownLog, OWN_LOG_SHARDS, log.readStragglers(range)));
  }
  return merge(streams.map((messages) => ({ qos: 2, messages })));
}
