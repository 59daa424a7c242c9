import { createRoute } from '@hono/zod-openapi';
import { disconnection, droppedMessages, intervalChange, provision, resumption } from '../schemas/act.ts';
import { session } from '../schemas/session.ts';
import { answer, body, clientParams, noQuery, onlyIfNone, problems } from './parts.ts';

const tags = ['Acts'];
const ofSession = { params: clientParams, query: noQuery };
const ofBody = ['body.tooLarge', 'body.mediaType'] as const;

export const changeSession = createRoute({
  method: 'patch',
  path: '/sessions/{clientId}',
  operationId: 'changeSession',
  summary: 'Change the Session Expiry Interval',
  description:
    'The interval is limited by the maximum of the policy. If the client is away, the time at which its session expires moves accordingly; 0 ends the session at once.',
  tags,
  request: { ...ofSession, body: body(intervalChange) },
  responses: {
    200: answer(session, 'The session, with the interval in force'),
    204: { description: 'The change has ended the session' },
    ...problems('session.notFound', 'session.contended', ...ofBody),
  },
});

export const putSession = createRoute({
  method: 'put',
  path: '/sessions/{clientId}',
  operationId: 'putSession',
  summary: 'Create a session or change it to what is given, also for a device that has never connected',
  description:
    'The next connection of the device resumes the session and gets the messages that came in the meantime, unless it asks for a clean start.',
  tags,
  request: { ...ofSession, headers: onlyIfNone, body: body(provision) },
  responses: {
    200: answer(session, 'The session existed and is now as requested'),
    201: answer(session, 'The session was created'),
    ...problems('session.contended', 'session.connected', 'session.exists', ...ofBody),
  },
});

export const endSession = createRoute({
  method: 'delete',
  path: '/sessions/{clientId}',
  operationId: 'endSession',
  summary: 'End the session with everything it holds, and close its connection',
  tags,
  request: ofSession,
  responses: {
    204: { description: 'The client has no session' },
    ...problems('session.notFound', 'session.contended'),
  },
});

export const disconnectSession = createRoute({
  method: 'post',
  path: '/sessions/{clientId}/disconnect',
  operationId: 'disconnectSession',
  summary: 'Close the connection, keep the session',
  tags,
  request: ofSession,
  responses: {
    200: answer(disconnection, 'The connection was closed, or there was none'),
    ...problems('session.notFound', 'session.contended'),
  },
});

export const dropMessages = createRoute({
  method: 'delete',
  path: '/sessions/{clientId}/messages',
  operationId: 'dropMessages',
  summary: 'Drop the messages that are waiting',
  description: 'Messages that were sent to the client but not yet acknowledged stay.',
  tags,
  request: ofSession,
  responses: {
    200: answer(droppedMessages, 'The waiting messages were dropped'),
    ...problems('session.notFound', 'session.contended'),
  },
});

export const resumeDelivery = createRoute({
  method: 'post',
  path: '/sessions/{clientId}/resume',
  operationId: 'resumeDelivery',
  summary: 'Request a delivery run now',
  description: 'This does nothing if the client is away: delivery starts by itself when it returns.',
  tags,
  request: ofSession,
  responses: {
    200: answer(resumption, 'The client is away, so nothing was done'),
    202: answer(resumption, 'A delivery run was requested'),
    ...problems('session.notFound', 'session.contended'),
  },
});
