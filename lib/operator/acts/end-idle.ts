import { matchesClientPattern } from '#session/configuration/policy';
import { endOf } from '#session/life/connection';
import { newestConnection, type Session } from '#session/session';
import type { SessionIndex } from '#store/sessions/session-index';
import type { Operation, OperationPart, OperationStore } from '#store/statistics/operations';
import type { EndDependencies, Operator, OperatorDependencies } from '../dependencies.ts';
import { endSession } from './end-session.ts';

export interface EndIdleRequest {
  /** Client identifiers it is for; `*` stands for any run of characters. */
  readonly clients: string;
  /** Whoever has been away for so long, as of when it was asked for. */
  readonly idleSeconds: number;
}

export interface OperationDependencies extends EndDependencies {
  readonly index: Pick<SessionIndex, 'byStatus'>;
  readonly operations: OperationStore;
}

/** What one invocation has made of an operation. */
export type OperationStep = 'goesOn' | 'succeeded' | 'failed' | 'overtaken' | 'finishedBefore' | 'unknown';

/** Sessions that one part looks at. */
const PART = 50;
/** Sessions that are ended side by side. */
const SIDE_BY_SIDE = 5;
/** Tries of one part before the operation is given up. */
const MOST_FAILURES = 4;

/** Begins to end the sessions of all who have been away for long; goes on in the background. */
export async function startEndIdle(
  { clients, idleSeconds }: EndIdleRequest,
  { actor }: Operator,
  {
    operations,
    requests,
    newId,
    clock,
    logAct,
  }: Pick<
    OperationDependencies & OperatorDependencies,
    'operations' | 'requests' | 'newId' | 'clock' | 'logAct'
  >,
): Promise<Operation> {
  const operation: Operation = {
    operationId: newId(),
    revision: 1,
    status: 'running',
    examined: 0,
    ended: 0,
    startedAtMs: clock(),
    actor,
    request: { act: 'endIdle', clients, idleSeconds },
  };
  await operations.putOperation(operation, undefined);
  const { operationId } = operation;
  const detail = { operationId, clients, idleSeconds };
  logAct({ act: 'endIdle', actor, outcome: 'started', detail });
  await requests.operation({ operationId });
  return operation;
}

/** Whoever was away since then is idle. */
function idleSinceMs({ startedAtMs, request }: Operation): number {
  return startedAtMs - Number(request['idleSeconds']) * 1000;
}

/** The next sessions that are away, and those among them that may be meant. */
async function nextPart(
  operation: Operation,
  { index, clock }: Pick<OperationDependencies, 'index' | 'clock'>,
): Promise<OperationPart> {
  const from = Math.floor(clock() / 1000);
  const page = await index.byStatus({ status: 'disconnected', from, after: operation.nextKey, most: PART });
  const sinceMs = idleSinceMs(operation);
  const meant = page.clients.filter(
    ({ clientId, sinceSeconds = 0 }) =>
      sinceSeconds * 1000 <= sinceMs && matchesClientPattern(String(operation.request['clients']), clientId),
  );
  const last = page.clients.at(-1)?.key;
  return {
    clientIds: meant.map(({ clientId }) => clientId),
    examined: page.clients.length,
    ...(!page.isLast && last !== undefined && { nextKey: last }),
  };
}

/**
 * Whether a session was ended by this operation, now or by a try of the same part that has died: an end by others
 * since is theirs, and the client may be back meanwhile.
 */
async function endOne(
  clientId: string,
  operation: Operation,
  dependencies: OperationDependencies,
): Promise<boolean> {
  const { operationId } = operation;
  const isMeant = (session: Session) => {
    const endedAtMs = endOf(newestConnection(session));
    return endedAtMs !== undefined && endedAtMs <= idleSinceMs(operation);
  };
  const end = await endSession(clientId, operation, dependencies, { isMeant, operationId });
  if (end.outcome === 'ended') return true;
  const session = await dependencies.sessions.get(clientId);
  return session?.connections.some(({ endedByOperation }) => endedByOperation === operationId) ?? false;
}

async function endAll(operation: Operation, part: OperationPart, dependencies: OperationDependencies) {
  let ended = 0;
  for (let first = 0; first < part.clientIds.length; first += SIDE_BY_SIDE) {
    const some = part.clientIds.slice(first, first + SIDE_BY_SIDE);
    const ends = await Promise.all(some.map((clientId) => endOne(clientId, operation, dependencies)));
    ended += ends.filter((each) => each).length;
  }
  return ended;
}

function afterPart(operation: Operation, part: OperationPart, ended: number, nowMs: number): Operation {
  const { part: _, nextKey: __, failures: ___, ...rest } = operation;
  return {
    ...rest,
    revision: operation.revision + 1,
    examined: operation.examined + part.examined,
    ended: operation.ended + ended,
    ...(part.nextKey === undefined
      ? { status: 'succeeded' as const, finishedAtMs: nowMs }
      : { nextKey: part.nextKey }),
  };
}

/** The part at hand is written down before it is done, so that what a try that died has done is counted once. */
async function doPart(operation: Operation, dependencies: OperationDependencies): Promise<OperationStep> {
  const { operations, clock } = dependencies;
  let current = operation;
  if (current.part === undefined) {
    const planned = {
      ...current,
      part: await nextPart(current, dependencies),
      revision: current.revision + 1,
    };
    if (!(await operations.putOperation(planned, current.revision)).written) return 'overtaken';
    current = planned;
  }
  const { part } = current;
  if (part === undefined) return 'overtaken';
  const done = afterPart(current, part, await endAll(current, part, dependencies), clock());
  if (!(await operations.putOperation(done, current.revision)).written) return 'overtaken';
  return done.status === 'succeeded' ? 'succeeded' : 'goesOn';
}

/**
 * Does one part of an operation and asks for the next. Done again, or twice at once, it ends and counts nothing
 * twice: whoever writes first goes on.
 */
export async function continueOperation(
  operationId: string,
  dependencies: OperationDependencies,
): Promise<OperationStep> {
  const { operations, requests, clock } = dependencies;
  const operation = await operations.operation(operationId);
  if (operation === undefined) return 'unknown';
  if (operation.status !== 'running') return 'finishedBefore';
  try {
    const step = await doPart(operation, dependencies);
    if (step === 'goesOn') await requests.operation({ operationId });
    return step;
  } catch (error) {
    const now = await operations.operation(operationId);
    if (now === undefined || now.status !== 'running') throw error;
    const failures = (now.failures ?? 0) + 1;
    const isGivenUp = failures >= MOST_FAILURES;
    const failed = { ...now, failures, revision: now.revision + 1 };
    await operations.putOperation(
      isGivenUp ? { ...failed, status: 'failed', finishedAtMs: clock() } : failed,
      now.revision,
    );
    if (!isGivenUp) throw error;
    return 'failed';
  }
}
