import { createRoute } from '@hono/zod-openapi';
import { subscriptionChange, subscriptionRequest, unsubscription } from '../schemas/act.ts';
import { answer, body, noQuery, problems, subscriptionParams } from './parts.ts';

const path = '/sessions/{clientId}/subscriptions/{filter}';
const tags = ['Acts'];
const ofSubscription = { params: subscriptionParams, query: noQuery };
const ofSession = ['session.notFound', 'session.contended', 'session.connected'] as const;

export const putSubscription = createRoute({
  method: 'put',
  path,
  operationId: 'putSubscription',
  summary: 'Subscribe a session to a filter',
  description:
    'The other subscriptions stay as they are. What is published from now on waits for the device. While it is connected through AWS IoT Core only the device itself can subscribe.',
  tags,
  request: { ...ofSubscription, body: body(subscriptionRequest) },
  responses: {
    200: answer(subscriptionChange, 'There was such a subscription; it is as asked'),
    201: answer(subscriptionChange, 'The session is subscribed'),
    ...problems(...ofSession, 'body.tooLarge', 'body.mediaType'),
  },
});

export const endSubscription = createRoute({
  method: 'delete',
  path,
  operationId: 'endSubscription',
  summary: 'Unsubscribe a session from a filter',
  description:
    'What waits for this subscription alone is not delivered any more. While the device is connected through AWS IoT Core only it can end what it has subscribed itself.',
  tags,
  request: ofSubscription,
  responses: {
    200: answer(unsubscription, 'The session has no such subscription'),
    ...problems(...ofSession),
  },
});
