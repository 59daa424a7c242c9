import { merge } from '#delivery/merge';
import { pendingBytes } from '#session/message';
import { behind, later, type Position } from '#session/position';
import type { LogPages } from '#store/messages/log-pages';
import type { FoundMessage } from '#store/messages/message-log';
import type { RouteStore } from '#store/routes/routes';
import type { WaitingAs, WaitingPlan, WaitingRange } from './waiting-plan.ts';

export interface WaitingDependencies {
  readonly logPages: LogPages;
  readonly routes: Pick<RouteStore, 'find'>;
  /** At least so many parts has the log of a filter. */
  readonly logShards: number;
}

/** A message that would be delivered, and how. */
export type WaitingMessage = FoundMessage & WaitingAs;

export interface WaitingCount {
  readonly messages: number;
  readonly bytes: number;
  /** Counting stopped before the end. */
  readonly atLeast: boolean;
}

export interface CountingLimits {
  readonly cap: number;
  /** Read units after which counting stops; absent: however many it takes. */
  readonly readUnits?: number;
}

interface Part extends WaitingRange {
  readonly shard: number;
}

const PAGE_MESSAGES = 100;
/** Of one page, messages looked at and bytes of payloads: an answer of a function has 6 MB. */
const MOST_LOOKED_AT = 2_000;
const MOST_BYTES = 3 * 1024 * 1024;
/** What a message weighs beside its topic and payload. */
const ITEM_BYTES = 200;
/** What a message is taken to weigh until some have been seen. */
const EXPECTED_BYTES = 512;
/** A read that need not be consistent costs half a unit for each 4 KB. */
const BYTES_OF_HALF_UNIT = 4_096;

async function partsOf(
  ranges: readonly WaitingRange[],
  { routes, logShards }: WaitingDependencies,
): Promise<readonly Part[]> {
  const filters = ranges.filter(({ isOwn }) => !isOwn).map(({ filter }) => filter);
  const found = logShards === 1 || filters.length === 0 ? [] : await routes.find(filters);
  const shardsOf = new Map(found.map(({ filter, shards }) => [filter, shards]));
  return ranges.flatMap((range) => {
    const shards = range.isOwn ? 1 : (shardsOf.get(range.filter) ?? logShards);
    return Array.from({ length: Math.max(1, shards) }, (_, shard) => ({ ...range, shard }));
  });
}

async function* readPart(
  { filter, shard, from, upTo }: Part,
  pageMessages: number,
  { logPages }: WaitingDependencies,
): AsyncGenerator<FoundMessage> {
  let next: Position | undefined = from;
  while (next !== undefined) {
    const read = { filter, shard, from: next, limit: pageMessages };
    const page = await logPages.page(upTo === undefined ? read : { ...read, upTo });
    yield* page.messages;
    const last = page.messages.at(-1);
    next = page.isLast || last === undefined ? undefined : behind(last.position);
  }
}

/** What lies in the logs of a client's filters, in order, each message once. */
async function* logged(
  plan: WaitingPlan,
  from: Position | undefined,
  pageMessages: number,
  dependencies: WaitingDependencies,
): AsyncGenerator<FoundMessage> {
  const parts = await partsOf(plan.ranges, dependencies);
  yield* merge(
    parts.map((part) => ({
      // Of the highest QoS, since the plan says with which a message is delivered.
      qos: 2 as const,
      messages: readPart({ ...part, from: later(part.from, from ?? part.from) }, pageMessages, dependencies),
    })),
  );
}

/** What waits for a client, in the order in which it would be delivered, each message once. */
export async function* waitingMessages(
  plan: WaitingPlan,
  dependencies: WaitingDependencies,
): AsyncGenerator<WaitingMessage> {
  for await (const message of logged(plan, undefined, PAGE_MESSAGES, dependencies)) {
    const waiting = plan.judge(message);
    if (waiting !== undefined) yield { ...message, ...waiting };
  }
}

export interface WaitingPage {
  readonly messages: readonly WaitingMessage[];
  /** The last position that was looked at; absent on the last page. */
  readonly next?: Position;
}

/** A page of what waits. It looks at a bounded number of messages, so it may hold fewer than asked for. */
export async function waitingPage(
  plan: WaitingPlan,
  { limit, after }: { readonly limit: number; readonly after?: Position | undefined },
  dependencies: WaitingDependencies,
): Promise<WaitingPage> {
  const messages: WaitingMessage[] = [];
  const from = after === undefined ? undefined : behind(after);
  let looked = 0;
  let bytes = 0;
  let last: Position | undefined;
  for await (const message of logged(plan, from, Math.min(limit + 1, PAGE_MESSAGES), dependencies)) {
    if (messages.length >= limit || looked >= MOST_LOOKED_AT || bytes >= MOST_BYTES) {
      return { messages, ...(last !== undefined && { next: last }) };
    }
    last = message.position;
    looked += 1;
    const waiting = plan.judge(message);
    if (waiting === undefined) continue;
    messages.push({ ...message, ...waiting });
    bytes += message.payload.byteLength;
  }
  return { messages };
}

/**
 * Counts what waits, one log after the other: what is read is paid for, so it stops at the cap or when its read units
 * are used up. What is more than the policy lets wait gives way when the client returns, and is not counted.
 */
export async function countWaiting(
  plan: WaitingPlan,
  { cap, readUnits = Number.POSITIVE_INFINITY }: CountingLimits,
  dependencies: WaitingDependencies,
): Promise<WaitingCount> {
  const { maximumPendingMessages, maximumPendingBytes } = plan.policy;
  const seen = new Set<string>();
  let bytes = 0;
  let halfUnits = 0;
  let averageBytes = EXPECTED_BYTES;
  const counted = (atLeast: boolean): WaitingCount => ({
    messages: Math.min(seen.size, maximumPendingMessages),
    bytes: Math.min(bytes, maximumPendingBytes),
    atLeast,
  });
  for (const part of await partsOf(plan.ranges, dependencies)) {
    let next: Position | undefined = part.from;
    while (next !== undefined) {
      if (seen.size >= cap || halfUnits >= readUnits * 2) return counted(true);
      const { filter, shard, upTo } = part;
      const affordable = Math.floor(((readUnits * 2 - halfUnits) * BYTES_OF_HALF_UNIT) / averageBytes);
      // One more tells whether there are more.
      const limit = Math.max(1, Math.min(PAGE_MESSAGES, cap - seen.size + 1, affordable));
      const read = { filter, shard, from: next, limit };
      const page = await dependencies.logPages.page(upTo === undefined ? read : { ...read, upTo });
      const size = page.messages.reduce((sum, message) => sum + pendingBytes(message) + ITEM_BYTES, 0);
      halfUnits += Math.max(1, Math.ceil(size / BYTES_OF_HALF_UNIT));
      if (page.messages.length > 0) averageBytes = size / page.messages.length;
      for (const message of page.messages) {
        if (seen.has(message.messageId) || plan.judge(message) === undefined) continue;
        if (seen.size >= cap) return counted(true);
        seen.add(message.messageId);
        bytes += pendingBytes(message);
      }
      const last = page.messages.at(-1);
      next = page.isLast || last === undefined ? undefined : behind(last.position);
    }
  }
  return counted(false);
}
