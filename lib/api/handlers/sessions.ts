import { listSessions as listSessionPage } from '#operator/look-ups/list-sessions';
import { readSession, viewSession } from '#operator/look-ups/session-view';
import { traceMessage as trace } from '#operator/trace/trace';
import { waitingPage } from '#operator/waiting/waiting';
import { cursorsOf, FOREIGN_CURSOR, pageStart } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { problemAnswer } from '../problem.ts';
import { getSession, listHistory, listMessages, listSessions, traceMessage } from '../routes/sessions.ts';
import { adviceOn, FEW_WAITING, NO_SESSION } from './found.ts';
import { toldEntry } from './told-history.ts';
import { toldMessage } from './told-message.ts';
import { toldSession, toldSummary } from './told-session.ts';
import { toldTrace } from './told-trace.ts';

const epochMs = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));

/** Look-ups of sessions. */
export function addSessions(api: Api, dependencies: ApiDependencies): void {
  const { configuration, history } = dependencies;

  api.openapi(listSessions, async (context) => {
    const query = context.req.valid('query');
    const cursors = cursorsOf('listSessions', query);
    const start = pageStart(cursors, query.cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const { status, prefix } = query;
    const asked = {
      status,
      prefix,
      expiresBeforeMs: epochMs(query.expiresBefore),
      disconnectedBeforeMs: epochMs(query.disconnectedBefore),
    };
    const page = await listSessionPage(asked, { limit: query.limit, after: start.key }, dependencies);
    return context.json(
      {
        sessions: page.sessions.map((session) => toldSummary(session, configuration)),
        ...(page.nextKey !== undefined && { nextCursor: cursors.encode(page.nextKey) }),
      },
      200,
    );
  });

  api.openapi(getSession, async (context) => {
    const { clientId } = context.req.valid('param');
    const { waitingCap } = context.req.valid('query');
    const limits = waitingCap === undefined ? FEW_WAITING : { cap: waitingCap };
    const [view, advice] = await Promise.all([
      viewSession(clientId, limits, dependencies),
      adviceOn(clientId, dependencies),
    ]);
    if (view === undefined) return problemAnswer(context, 'session.notFound', NO_SESSION);
    return context.json(toldSession(view, { configuration, cap: limits.cap, advice }), 200);
  });

  api.openapi(listMessages, async (context) => {
    const { clientId } = context.req.valid('param');
    const query = context.req.valid('query');
    const cursors = cursorsOf('listMessages', { ...query, clientId });
    const start = pageStart(cursors, query.cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const state = await readSession(clientId, dependencies);
    if (state === undefined) return problemAnswer(context, 'session.notFound', NO_SESSION);
    const page = await waitingPage(state.plan, { limit: query.limit, after: start.key }, dependencies);
    const told = { nowMs: state.nowMs, withPayload: query.payload === 'true' };
    return context.json(
      {
        messages: page.messages.map((message) => toldMessage(message, told)),
        ...(page.next !== undefined && { nextCursor: cursors.encode(page.next) }),
      },
      200,
    );
  });

  api.openapi(listHistory, async (context) => {
    const { clientId } = context.req.valid('param');
    const query = context.req.valid('query');
    const cursors = cursorsOf('listHistory', { ...query, clientId });
    const start = pageStart(cursors, query.cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const startKey = start.key === undefined ? {} : { startKey: start.key };
    const page = await history.list(clientId, { limit: query.limit, ...startKey });
    return context.json(
      {
        entries: page.entries.map(toldEntry),
        ...(page.nextKey !== undefined && { nextCursor: cursors.encode(page.nextKey) }),
      },
      200,
    );
  });

  api.openapi(traceMessage, async (context) => {
    const { clientId } = context.req.valid('param');
    const wanted = context.req.valid('query');
    const view = await trace(clientId, wanted, dependencies);
    return context.json(toldTrace(view, { clientId, ...wanted }), 200);
  });
}
