import { settledBeforeMs } from '#session/delivery/append-time';
import type { Due, DueRange } from '#session/delivery/due';
import { later, positionAt, positionOf } from '#session/position';
import { openMessages } from './due-messages.ts';
import { HoldLostError } from './hold.ts';
import type { PumpDependencies } from './ports.ts';
import type { PumpRun } from './run.ts';
import type { StopReason } from './send.ts';
import type { Straggler } from './stragglers.ts';

const LEASE_MS = 30_000;

/**
 * What was received while nobody of the group was there, and appended late. What is appended when the group
 * has caught up is lost to it: nobody remembers who was there when.
 */
async function groupStragglers(
  owed: DueRange,
  { log, settings, clock }: PumpDependencies,
): Promise<Straggler[]> {
  const settled = positionAt(settledBeforeMs(clock(), settings.settleSeconds * 1000));
  const stragglers: Straggler[] = [];
  for await (const message of log.readStragglers({ filter: owed.filter, from: owed.from, upTo: settled })) {
    const position = positionOf(message.receivedAtMs, message.messageId);
    if (position >= owed.from && position < owed.upTo) stragglers.push({ ...message, position });
  }
  return stragglers.sort((one, other) => (one.position < other.position ? -1 : 1));
}

async function takeLease({ dependencies, hold }: PumpRun, filter: string) {
  const nowMs = dependencies.clock();
  return dependencies.shareGroups.takeLease(filter, hold.holder, nowMs, nowMs + LEASE_MS);
}

async function renewLease(run: PumpRun, filter: string): Promise<void> {
  const { taken } = await takeLease(run, filter);
  if (!taken) throw new HoldLostError(`Delivery to ${filter} stops: another member delivers to it`);
}

async function pumpGroup(run: PumpRun, range: DueRange, filter: string): Promise<StopReason | undefined> {
  const { shareGroups } = run.dependencies;
  const lease = await takeLease(run, filter);
  if (!lease.taken) return undefined;
  const { owedFrom } = lease;
  if (owedFrom === undefined) {
    await shareGroups.settle(filter, run.hold.holder, undefined);
    return undefined;
  }
  // Fails when the member has gone by now: then the group is owed more than was read.
  await run.hold.take();
  const owed = { ...range, from: owedFrom };
  const stragglers = await groupStragglers(owed, run.dependencies);
  const messages = await openMessages([owed], new Map([[range.qos, stragglers]]), run.dependencies);
  const { stopped, doneUpTo } = await run.deliver(messages, async () => {
    await run.hold.save(undefined);
    await renewLease(run, filter);
  });
  const done = later(owedFrom, stopped === undefined ? range.upTo : (doneUpTo ?? owedFrom));
  const isSettled = stopped === undefined && range.reachesLive === true;
  await shareGroups.settle(filter, run.hold.holder, isSettled ? undefined : done);
  return stopped;
}

/**
 * Delivers what waits for shared subscriptions: each message goes to one member of the group, the first
 * that is there to take it. While a member is connected the broker shares out by itself.
 */
export async function pumpShared(run: PumpRun, due: Due): Promise<StopReason | undefined> {
  for (const range of due.ranges) {
    if (range.sharedFilter === undefined) continue;
    const stopped = await pumpGroup(run, range, range.sharedFilter);
    if (stopped !== undefined) return stopped;
  }
  return undefined;
}
