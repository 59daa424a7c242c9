import { startEndIdle } from '#operator/acts/end-idle';
import { previewExpiry as preview } from '#operator/look-ups/preview-expiry';
import type { Operation } from '#store/statistics/operations';
import { cursorsOf, FOREIGN_CURSOR, pageStart } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { isoTime } from '../iso-time.ts';
import { pathText } from '../path-text.ts';
import { problemAnswer } from '../problem.ts';
import { endIdle, getOperation, previewExpiry } from '../routes/operations.ts';
import { operatorOf } from './operator-of.ts';

const NO_OPERATION = { detail: 'There is no such operation, or it was finished more than a week ago' };

function told(operation: Operation) {
  const { operationId, status, examined, ended, startedAtMs, finishedAtMs, actor, request } = operation;
  return {
    operationId,
    status,
    examined,
    ended,
    startedAt: isoTime(startedAtMs),
    startedBy: actor,
    clients: String(request['clients']),
    idleSeconds: Number(request['idleSeconds']),
    ...(finishedAtMs !== undefined && { finishedAt: isoTime(finishedAtMs) }),
  };
}

/** What is done to many sessions, and what would be. */
export function addOperations(api: Api, dependencies: ApiDependencies): void {
  const { acts, statistics } = dependencies;

  api.openapi(previewExpiry, async (context) => {
    const { cursor, ...asked } = context.req.valid('json');
    const cursors = cursorsOf('previewExpiry', asked);
    const start = pageStart(cursors, cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const { nextKey, ...page } = await preview(asked, start.key, { ...acts, index: dependencies.index });
    return context.json(
      { ...page, ...(nextKey !== undefined && { nextCursor: cursors.encode(nextKey) }) },
      200,
    );
  });

  api.openapi(endIdle, async (context) => {
    const asked = context.req.valid('json');
    const begun = await startEndIdle(asked, operatorOf(context.env), { ...acts, operations: statistics });
    context.header('location', `/operations/${pathText(begun.operationId)}`);
    return context.json(told(begun), 202);
  });

  api.openapi(getOperation, async (context) => {
    const { operationId } = context.req.valid('param');
    const operation = await statistics.operation(operationId);
    if (operation === undefined) return problemAnswer(context, 'operation.notFound', NO_OPERATION);
    return context.json(told(operation), 200);
  });
}
