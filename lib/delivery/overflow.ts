import { startOf } from '#session/connection';
import type { DueRange } from '#session/due';
import { messageHasExpired, pendingBytes } from '#session/message';
import { type Overflow, OverflowMeter } from '#session/overflow';
import { behind, later, type Position, positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import { openMessages } from './due-messages.ts';
import type { PendingMessage } from './merge.ts';
import type { PumpRun } from './run.ts';

/** Messages kept in memory while they are counted; beyond it they are read a second time. */
const BUFFER_BYTES = 8 * 1024 * 1024;

/** Limits are looked at once a catch-up, when its first run begins: the client has just returned. */
export function needsOverflowCheck({ progress, incarnation, owedFrom }: Session): boolean {
  return progress?.incarnation !== incarnation || progress.from !== owedFrom;
}

/** Opens the same messages again, from a position on. */
export type Reopen = (from: Position | undefined) => Promise<AsyncIterable<PendingMessage>>;

interface Counted {
  readonly buffer: PendingMessage[];
  /** The buffer holds everything. */
  readonly isWhole: boolean;
  readonly overflow: Overflow | undefined;
}

async function count(
  run: PumpRun,
  messages: AsyncIterable<PendingMessage>,
  unsettled: AsyncIterable<PendingMessage>,
  end: Position,
): Promise<Counted> {
  const policy = run.dependencies.policyOf(run.clientId);
  const meter = new OverflowMeter(policy);
  const add = (message: PendingMessage) => {
    const isWaiting = message.deliveryQos > 0 || policy.queueQos0;
    if (!isWaiting || messageHasExpired(message, run.dependencies.clock())) return;
    meter.add({ position: message.position, topic: message.topic, bytes: pendingBytes(message) });
  };
  const buffer: PendingMessage[] = [];
  let bytes = 0;
  for await (const message of messages) {
    bytes += pendingBytes(message);
    if (bytes <= BUFFER_BYTES) buffer.push(message);
    add(message);
  }
  for await (const message of unsettled) add(message);
  return { buffer, isWhole: bytes <= BUFFER_BYTES, overflow: meter.result(end) };
}

/** The messages to deliver: those buffered, then the rest read again. */
async function* replay({ buffer, isWhole }: Counted, reopen: Reopen) {
  yield* buffer;
  if (isWhole) return;
  const last = buffer.at(-1);
  yield* await reopen(last === undefined ? undefined : behind(last.position));
}

/** What was waiting when the client returned and has not settled yet: it counts, and is delivered later. */
function unsettledRanges(ranges: readonly DueRange[], returnedAt: Position): DueRange[] {
  return ranges
    .map((range) => ({ ...range, from: later(range.from, range.upTo), upTo: returnedAt }))
    .filter(({ from, upTo }) => from < upTo);
}

/**
 * Lets messages give way where more are waiting than the policy allows, and counts them on the session in
 * the same write that makes them given up.
 */
export async function dropOverflow(
  run: PumpRun,
  messages: AsyncIterable<PendingMessage>,
  reopen: Reopen,
  ranges: readonly DueRange[],
): Promise<AsyncIterable<PendingMessage>> {
  const returnedAt = positionAt(startOf(newestConnection(run.hold.session)));
  const end = ranges.reduce((last, { upTo }) => later(last, upTo), returnedAt);
  const young = unsettledRanges(ranges, returnedAt);
  const unsettled = await openMessages(young, new Map(), run.dependencies);
  const counted = await count(run, messages, unsettled, end);
  const { overflow } = counted;
  if (overflow !== undefined) {
    const atMs = run.dependencies.clock();
    const last = overflow.last.map(({ reason, topic, position }) => ({ reason, topic, position, atMs }));
    run.hold.countDrops({ counts: overflow.counts, last });
    await run.hold.save(undefined, { skip: { from: overflow.from, upTo: overflow.upTo } });
  }
  return replay(counted, reopen);
}
