import { overflowDrops } from '#session/delivery/drops';
import type { DueRange } from '#session/delivery/due';
import { startOf } from '#session/life/connection';
import { messageHasExpired } from '#session/message';
import { later, type Position, positionAt } from '#session/position';
import { newestConnection, type Session } from '#session/session';
import { countBacklog, replayBacklog } from './backlog.ts';
import { openMessages } from './due-messages.ts';
import type { PendingMessage } from './merge.ts';
import type { PumpRun } from './run.ts';

/** Limits are looked at once a catch-up, when its first run begins: the client has just returned. */
export function needsOverflowCheck({ progress, incarnation, owedFrom }: Session): boolean {
  return progress?.incarnation !== incarnation || progress.from !== owedFrom;
}

/** Opens the same messages again, from a position on. */
export type Reopen = (from: Position | undefined) => Promise<AsyncIterable<PendingMessage>>;

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
  const { policyOf, clock } = run.dependencies;
  const policy = policyOf(run.clientId);
  const backlog = await countBacklog(messages, {
    limits: policy,
    isWaiting: (message) =>
      (message.deliveryQos > 0 || policy.queueQos0) && !messageHasExpired(message, clock()),
    end,
    further: unsettled,
  });
  const { overflow } = backlog;
  if (overflow !== undefined) {
    run.hold.countDrops(overflowDrops(overflow, clock()));
    await run.hold.save(undefined, { skip: { from: overflow.from, upTo: overflow.upTo } });
  }
  return replayBacklog(backlog, reopen);
}
