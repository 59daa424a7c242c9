import type { DueRange } from '#session/delivery/due';
import { later, type Position } from '#session/position';
import { type LogStream, merge, type PendingMessage } from './merge.ts';
import type { PumpDependencies } from './ports.ts';
import type { Straggler } from './stragglers.ts';

async function* iterate(stragglers: readonly Straggler[]) {
  yield* stragglers;
}

/**
 * The messages of some ranges and the stragglers among them, in order of position, from anywhere on. A
 * filter's messages are in as many parts as its route says.
 */
export async function openMessages(
  ranges: readonly DueRange[],
  stragglers: ReadonlyMap<DueRange['qos'], readonly Straggler[]>,
  { routes, log, settings }: PumpDependencies,
  from?: Position,
): Promise<AsyncGenerator<PendingMessage>> {
  const open = ranges
    .map((range) => ({ ...range, from: later(range.from, from ?? range.from) }))
    .filter((range) => range.from < range.upTo);
  const filters = [...new Set(open.map(({ filter }) => filter))];
  const found = filters.length === 0 ? [] : await routes.find(filters);
  const shardsOf = new Map(found.map(({ filter, shards }) => [filter, shards]));
  const logs: LogStream[] = open.map((range) => ({
    qos: range.qos,
    messages: log.read({ ...range, shards: shardsOf.get(range.filter) ?? settings.logShards }),
  }));
  const late: LogStream[] = [...stragglers].map(([qos, held]) => ({
    qos,
    messages: iterate(held.filter(({ position }) => from === undefined || position >= from)),
  }));
  return merge([...logs, ...late]);
}
