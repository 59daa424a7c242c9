import { merge } from '#delivery/merge';
import { OWN_LOG_SHARDS } from '#session/delivery/own-log';
import { later, type Position, positionAt } from '#session/position';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { FoundMessage } from '#store/messages/message-log';
import type { PacketEdgeDependencies } from '../dependencies.ts';

export interface WaitingIn {
  readonly subscriptions: readonly Subscription[];
  readonly ownLog: string;
  readonly from: Position;
  /** Only these logs, where a signal has named them. */
  readonly filters: ReadonlySet<string> | 'all';
  /** About so many are taken; absent: all of them. */
  readonly expected?: number;
}

/** A page should not hold many more messages than are taken: what is read is paid for. */
const PAGE_BYTES = { least: 8_192, most: 131_072, perMessage: 2_048 } as const;

function pageBytesFor(expected: number): number {
  return Math.min(Math.max(PAGE_BYTES.least, expected * PAGE_BYTES.perMessage), PAGE_BYTES.most);
}

/** The logs' messages from the cursor on, up to the youngest, in order of position, each once. */
export async function openWaiting(
  { subscriptions, ownLog, from, filters, expected }: WaitingIn,
  { routes, log, configuration }: PacketEdgeDependencies,
): Promise<AsyncGenerator<FoundMessage>> {
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
  const pages = expected === undefined ? {} : { pageBytes: pageBytesFor(expected) };
  const ranges = [...starts].map(([filter, start]) => ({
    filter,
    from: start,
    shards: shardsOf.get(filter) ?? logShards,
  }));
  if (filters === 'all' || filters.has(ownLog)) ranges.push({ filter: ownLog, from, shards: OWN_LOG_SHARDS });
  const streams = ranges.map((range) => log.readAppended({ ...range, ...pages }));
  return merge(streams.map((messages) => ({ qos: 2, messages })));
}
