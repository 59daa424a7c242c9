import { cursorAfter, type Due, dueTo } from '#session/delivery/due';
import { earlier, type Position } from '#session/position';
import { exists, newestConnection, type Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import type { DeliveryTally } from './delivery-tally.ts';
import { openMessages } from './due-messages.ts';
import { HoldLostError } from './hold.ts';
import type { PendingMessage } from './merge.ts';
import { dropOverflow, needsOverflowCheck } from './overflow.ts';
import type { PumpDependencies } from './ports.ts';
import { PumpRun } from './run.ts';
import type { StopReason } from './send.ts';
import { pumpShared } from './share-groups.ts';
import { type DueStragglers, dueStragglers } from './stragglers.ts';

type PumpOutcome =
  /** No session, no connection, or nothing owed: nothing to do until the next event. */
  | { readonly outcome: 'nothing' }
  /** Another run delivers to this client. */
  | { readonly outcome: 'busy'; readonly retryAtMs: number }
  /** The broker delivers everything from here on. */
  | { readonly outcome: 'complete'; readonly delivered: number }
  /** More is owed: a later run goes on, not before `notBeforeMs`. */
  | {
      readonly outcome: 'unfinished';
      readonly delivered: number;
      readonly notBeforeMs: number;
      readonly reason: StopReason | 'settling' | 'notSubscribed';
    };

/** How a run ended; `run` when it brought something. */
export type PumpResult = PumpOutcome & { readonly run?: DeliveredRun };

/** What a run that brought something has to tell, however it ended. */
export interface DeliveredRun extends DeliveryTally {
  /** Different for every run. */
  readonly runId: string;
  readonly incarnation: string;
}

/** Looks at the first message without losing it. */
async function peek(messages: AsyncGenerator<PendingMessage>) {
  const first = await messages.next();
  async function* all() {
    if (first.done) return;
    yield first.value;
    yield* messages;
  }
  return { isEmpty: first.done === true, all: all() };
}

async function deliverDue(
  run: PumpRun,
  due: Due,
  stragglers: DueStragglers,
): Promise<StopReason | undefined> {
  const own = due.ranges.filter(({ sharedFilter }) => sharedFilter === undefined);
  const { hold, dependencies } = run;
  const open = (from?: Position) => openMessages(own, stragglers.byQos, dependencies, from);
  const messages = await peek(await open());
  if (messages.isEmpty) return undefined;
  const isFirstRun = needsOverflowCheck(hold.session);
  // Without progress: a run that dies before it has counted leaves the count to the next one.
  await hold.take();
  const source = isFirstRun ? await dropOverflow(run, messages.all, open, own) : messages.all;
  // Short of the end too: a checkpoint may have passed what the broker was to deliver itself.
  const { beyondLive } = due;
  const onProgress = (at: Position) => {
    const reached = cursorAfter(due, at);
    return hold.save(reached, { beyondLive });
  };
  const result = await run.deliver(source, onProgress, hold.session.progress?.skip);
  if (result.stopped !== undefined && result.doneUpTo !== undefined) {
    await hold.save(earlier(due.upTo, result.doneUpTo), { beyondLive });
  }
  return result.stopped;
}

function unfinished(run: PumpRun, due: Due, stopped: StopReason | undefined, nowMs: number): PumpOutcome {
  const { delivered } = run;
  if (stopped !== undefined) return { outcome: 'unfinished', delivered, notBeforeMs: nowMs, reason: stopped };
  const reason = due.settlesAtMs === undefined ? 'notSubscribed' : 'settling';
  return { outcome: 'unfinished', delivered, notBeforeMs: due.settlesAtMs ?? nowMs, reason };
}

/** What a run looks after: all that a returned client is owed, or what was appended late since. */
export type PumpPurpose = 'catchUp' | 'stragglers';

/** What a run is asked for. */
export interface PumpRequest {
  readonly purpose?: PumpPurpose;
  /** The connection that it is for; any if absent. */
  readonly sessionIdentifier?: string | undefined;
}

/** A client that the broker delivers to itself is owed nothing but stragglers. */
function dueFor(
  session: Session,
  subscriptions: readonly Subscription[],
  { policyOf, settings }: PumpDependencies,
  nowMs: number,
): Due {
  if (session.owesDelivery) return dueTo(session, subscriptions, policyOf(session.clientId), settings, nowMs);
  return { ranges: [], isComplete: true, upTo: session.cursor, beyondLive: false };
}

/**
 * Moves one client forward: reads its filters' logs after the cursor and delivers in order per topic.
 * Invariant: the cursor never passes a message that is neither delivered nor dropped with a reason, nor comes
 * nearer to now than the settle window. Killed at any point, a later run goes on from the last write.
 *
 * @param deadlineMs epoch milliseconds; nothing new is started after it
 */
export async function pump(
  clientId: string,
  dependencies: PumpDependencies,
  deadlineMs: number,
  { purpose = 'catchUp', sessionIdentifier }: PumpRequest = {},
): Promise<PumpResult> {
  const nowMs = dependencies.clock();
  const session = await dependencies.sessions.get(clientId);
  if (!exists(session, nowMs) || session.status !== 'connected') return { outcome: 'nothing' };
  const newest = newestConnection(session);
  // A newer connection has asked for its own runs; two chains of them would serve one client.
  if ((sessionIdentifier ?? newest.sessionIdentifier) !== newest.sessionIdentifier)
    return { outcome: 'nothing' };
  if (!session.owesDelivery && purpose === 'catchUp') return { outcome: 'nothing' };
  const run = new PumpRun(dependencies, session, deadlineMs);
  if (!run.hold.isFree()) return { outcome: 'busy', retryAtMs: session.lease?.untilMs ?? nowMs };
  const outcome = await runFor(run, session, dependencies, nowMs);
  if (run.tally === undefined) return outcome;
  return { ...outcome, run: { ...run.tally, runId: run.hold.holder, incarnation: session.incarnation } };
}

async function runFor(
  run: PumpRun,
  session: Session,
  dependencies: PumpDependencies,
  nowMs: number,
): Promise<PumpOutcome> {
  const { clientId } = session;
  const subscriptions = await dependencies.subscriptions.list(clientId);
  const due = dueFor(session, subscriptions, dependencies, nowMs);
  try {
    const stragglers = await dueStragglers(session, subscriptions, dependencies);
    const ownStopped = await deliverDue(run, due, stragglers);
    const stopped = ownStopped ?? (await pumpShared(run, due));
    if (stopped === 'leaseLost') return await leaveTo(run, dependencies);
    const isComplete = stopped === undefined && due.isComplete;
    // What stops a share group takes nothing away from the client's own messages.
    const isOwnDone = ownStopped === undefined;
    // A run that found nothing and settles nothing writes nothing.
    if (run.hold.isTaken || (isComplete && session.owesDelivery)) {
      await run.hold.release(
        isOwnDone ? due.upTo : undefined,
        isComplete,
        isOwnDone ? stragglers.upTo : undefined,
        isOwnDone ? { beyondLive: due.beyondLive } : {},
      );
    }
    if (isComplete) return { outcome: 'complete', delivered: run.delivered };
    return unfinished(run, due, stopped, dependencies.clock());
  } catch (error) {
    if (!(error instanceof HoldLostError)) throw error;
    return await leaveTo(run, dependencies);
  }
}

/**
 * Leaves the client to another run. What was not counted any more comes again and is told then; all of one that was
 * taken for dead was told of with its lease.
 */
async function leaveTo(run: PumpRun, { clock }: PumpDependencies): Promise<PumpOutcome> {
  const { isReplaced } = await run.hold.abandon();
  const { counted } = run.hold;
  run.tally =
    isReplaced || counted === 0 || run.tally === undefined ? undefined : { ...run.tally, messages: counted };
  return { outcome: 'busy', retryAtMs: clock() };
}
