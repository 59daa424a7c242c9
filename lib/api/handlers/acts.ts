import { changeInterval } from '#operator/acts/change-interval';
import { disconnect } from '#operator/acts/disconnect';
import { dropWaiting } from '#operator/acts/drop-waiting';
import { endSession as end } from '#operator/acts/end-session';
import { resume } from '#operator/acts/resume';
import { viewSession } from '#operator/look-ups/session-view';
import { provision } from '#operator/provision/provision';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { problemAnswer } from '../problem.ts';
import {
  changeSession,
  disconnectSession,
  dropMessages,
  endSession,
  putSession,
  resumeDelivery,
} from '../routes/acts.ts';
import type { Session } from '../schemas/session.ts';
import { adviceOn, FEW_WAITING, NO_SESSION } from './found.ts';
import { operatorOf } from './operator-of.ts';
import { refusal } from './refusal.ts';
import { toldSession } from './told-session.ts';
import { wantedSubscription } from './wanted-subscription.ts';

const BROKER_UNAVAILABLE = {
  detail: 'The broker could not be asked to close the connection; ask again in a second',
};

/** How often a session is brought to what it is to be when its time is over just then, or somebody ends it. */
const PUT_TRIES = 3;

const ENDED_MEANWHILE = {
  detail:
    'The session was as asked, and had ended before it could be told of, again and again; look at its history, and ask for a longer interval if it expires',
};

/** The session after an act; undefined: the act has ended it, or something has meanwhile. */
async function sessionAfter(clientId: string, dependencies: ApiDependencies): Promise<Session | undefined> {
  const [view, advice] = await Promise.all([
    viewSession(clientId, FEW_WAITING, dependencies),
    adviceOn(clientId, dependencies),
  ]);
  if (view === undefined) return undefined;
  const { configuration } = dependencies;
  return toldSession(view, { configuration, cap: FEW_WAITING.cap, advice });
}

const EXISTS = {
  detail:
    'The client has a session already, and If-None-Match: * asks to make one only if there is none; nothing was changed. Look at that session; without the header it is made what is asked',
};

/** What operators do to one session. */
export function addActs(api: Api, dependencies: ApiDependencies): void {
  const { acts } = dependencies;

  api.openapi(changeSession, async (context) => {
    const { clientId } = context.req.valid('param');
    const { sessionExpiryInterval } = context.req.valid('json');
    const change = await changeInterval(clientId, sessionExpiryInterval, operatorOf(context.env), acts);
    if (change.outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    const session = await sessionAfter(clientId, dependencies);
    return session === undefined ? context.body(null, 204) : context.json(session, 200);
  });

  api.openapi(putSession, async (context) => {
    const { clientId } = context.req.valid('param');
    const { sessionExpiryInterval, subscriptions } = context.req.valid('json');
    const isOnlyIfNone = context.req.valid('header')['if-none-match'] !== undefined;
    const wanted = {
      sessionExpiryInterval,
      subscriptions: subscriptions.map(wantedSubscription),
      ...(isOnlyIfNone && { onlyIfNone: true as const }),
    };
    let isNew = false;
    for (let tries = 0; tries < PUT_TRIES; tries += 1) {
      const done = await provision(clientId, wanted, operatorOf(context.env), acts);
      if (done.outcome === 'refused') return refusal(context, done);
      // What there is once this request has made a session has come of it or after it.
      if (done.outcome === 'exists' && !isNew) return problemAnswer(context, 'session.exists', EXISTS);
      isNew ||= done.outcome === 'created';
      const session = await sessionAfter(clientId, dependencies);
      if (session !== undefined) return isNew ? context.json(session, 201) : context.json(session, 200);
    }
    return problemAnswer(context, 'session.contended', ENDED_MEANWHILE);
  });

  api.openapi(dropMessages, async (context) => {
    const { clientId } = context.req.valid('param');
    const drop = await dropWaiting(clientId, operatorOf(context.env), acts);
    if (drop.outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    const { dropped, atLeast, heldByBroker } = drop;
    return context.json({ dropped, atLeast, heldByBroker }, 200);
  });

  api.openapi(endSession, async (context) => {
    const { clientId } = context.req.valid('param');
    const { outcome } = await end(clientId, operatorOf(context.env), acts);
    if (outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    return context.body(null, 204);
  });

  api.openapi(disconnectSession, async (context) => {
    const { clientId } = context.req.valid('param');
    const { outcome } = await disconnect(clientId, operatorOf(context.env), acts);
    if (outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    if (outcome === 'unavailable') return problemAnswer(context, 'service.busy', BROKER_UNAVAILABLE);
    return context.json({ outcome }, 200);
  });

  api.openapi(resumeDelivery, async (context) => {
    const { clientId } = context.req.valid('param');
    const { outcome } = await resume(clientId, operatorOf(context.env), acts);
    if (outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    return outcome === 'requested' ? context.json({ outcome }, 202) : context.json({ outcome }, 200);
  });
}
