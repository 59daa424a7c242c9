import { endSubscription as endOne, putSubscription as putOne } from '#operator/provision/one-filter';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { problemAnswer } from '../problem.ts';
import { endSubscription, putSubscription } from '../routes/subscriptions.ts';
import { NO_SESSION } from './found.ts';
import { operatorOf } from './operator-of.ts';
import { refusal } from './refusal.ts';
import { toldSubscription } from './told-session.ts';
import { wantedSubscription } from './wanted-subscription.ts';

/** What operators do to one subscription of a session. */
export function addSubscriptions(api: Api, { acts }: Pick<ApiDependencies, 'acts'>): void {
  api.openapi(putSubscription, async (context) => {
    const { clientId, filter } = context.req.valid('param');
    const wanted = wantedSubscription({ filter, ...context.req.valid('json') });
    const put = await putOne(clientId, wanted, operatorOf(context.env), acts);
    if (put.outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    if (put.outcome === 'refused') return refusal(context, put);
    const { outcome } = put;
    const told = { outcome, subscription: toldSubscription(put.subscription) };
    return outcome === 'created' ? context.json(told, 201) : context.json(told, 200);
  });

  api.openapi(endSubscription, async (context) => {
    const { clientId, filter } = context.req.valid('param');
    const end = await endOne(clientId, filter, operatorOf(context.env), acts);
    if (end.outcome === 'notFound') return problemAnswer(context, 'session.notFound', NO_SESSION);
    if (end.outcome === 'refused') return refusal(context, end);
    const { outcome, heldByBroker } = end;
    return context.json({ outcome, heldByBroker }, 200);
  });
}
