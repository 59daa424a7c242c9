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
    'Other subscriptions stay as they are. Messages published from now on wait for the device. While the device is connected through AWS IoT Core, only the device itself can subscribe.',
  tags,
  request: { ...ofSubscription, body: body(subscriptionRequest) },
  responses: {
    200: answer(subscriptionChange, 'The subscription existed and is now as requested'),
    201: answer(subscriptionChange, 'The session was subscribed'),
    ...problems(...ofSession, 'body.tooLarge', 'body.mediaType'),
  },
});

export const endSubscription = createRoute({
  method: 'delete',
  path,
  operationId: 'endSubscription',
  summary: 'Unsubscribe a session from a filter',
  description:
    'Messages that are waiting only for this subscription are no longer delivered. While the device is connected through AWS IoT Core, only the device itself can end the subscriptions that it has made.',
  tags,
  request: ofSubscription,
  responses: {
    200: answer(unsubscription, 'The session does not have this subscription, or no longer has it'),
    ...problems(...ofSession),
  },
});
