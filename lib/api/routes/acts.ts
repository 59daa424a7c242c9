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
  description: 'Up to the maximum of the policy. Of a session that is away the end moves; 0 ends it at once.',
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
  summary: 'Make a session what it is to be, also for a device that has never connected',
  description:
    'The first connection of the device resumes it, and gets what came since, unless it asks for a clean start.',
  tags,
  request: { ...ofSession, headers: onlyIfNone, body: body(provision) },
  responses: {
    200: answer(session, 'There was a session; it is as asked'),
    201: answer(session, 'The session was made'),
    ...problems('session.contended', 'session.connected', 'session.exists', ...ofBody),
  },
});

export const endSession = createRoute({
  method: 'delete',
  path: '/sessions/{clientId}',
  operationId: 'endSession',
  summary: 'End the session and all it holds; close its connection',
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
    200: answer(disconnection, 'The connection is closed, or there was none'),
    ...problems('session.notFound', 'session.contended'),
  },
});

export const dropMessages = createRoute({
  method: 'delete',
  path: '/sessions/{clientId}/messages',
  operationId: 'dropMessages',
  summary: 'Give up what is waiting',
  description: 'What the client has been sent and has not acknowledged stays.',
  tags,
  request: ofSession,
  responses: {
    200: answer(droppedMessages, 'What was waiting is given up'),
    ...problems('session.notFound', 'session.contended'),
  },
});

export const resumeDelivery = createRoute({
  method: 'post',
  path: '/sessions/{clientId}/resume',
  operationId: 'resumeDelivery',
  summary: 'Ask for a delivery run now',
  description: 'Of a client that is away nothing is asked: delivery begins by itself when it returns.',
  tags,
  request: ofSession,
  responses: {
    200: answer(resumption, 'The client is away: nothing was asked for'),
    202: answer(resumption, 'A run was asked for'),
    ...problems('session.notFound', 'session.contended'),
  },
});
