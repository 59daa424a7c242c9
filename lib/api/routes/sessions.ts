import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { history } from '../schemas/history.ts';
import { messageList } from '../schemas/message.ts';
import { session, sessionList } from '../schemas/session.ts';
import { trace } from '../schemas/trace.ts';
import { cursor, limit, searchText, time, topic, wholeNumber } from '../schemas/values.ts';
import { answer, clientParams, problems } from './parts.ts';

const tags = ['Sessions'];

export const listSessions = createRoute({
  method: 'get',
  path: '/sessions',
  operationId: 'listSessions',
  summary: 'List and search sessions',
  description:
    'Sessions are sorted by client identifier. With `status`, `expiresBefore` or `disconnectedBefore`, connected sessions are sorted by the start of their connection, and disconnected ones by their expiry. Expired sessions are not listed. A list is eventually consistent: it may be about a second behind.',
  tags,
  request: {
    query: z.strictObject({
      status: z.enum(['connected', 'disconnected']).optional(),
      prefix: searchText.optional().openapi({ description: 'Only client identifiers that start with this' }),
      expiresBefore: time
        .optional()
        .openapi({ description: 'Only sessions of disconnected clients that expire before this time' }),
      disconnectedBefore: time
        .optional()
        .openapi({ description: 'Only sessions whose clients disconnected before this time' }),
      limit,
      cursor: cursor.optional(),
    }),
  },
  responses: { 200: answer(sessionList, 'A page of sessions'), ...problems('cursor.invalid') },
});

export const getSession = createRoute({
  method: 'get',
  path: '/sessions/{clientId}',
  operationId: 'getSession',
  summary: 'Get the session of a client, with all details',
  tags,
  request: {
    params: clientParams,
    query: z.strictObject({
      waitingCap: wholeNumber(0, 10_000).optional().openapi({
        description:
          'Waiting messages are counted up to this number, whatever that costs. By default up to 100 are counted, with few read units, and fewer if the session has many filters',
      }),
    }),
  },
  responses: { 200: answer(session, 'The session'), ...problems('session.notFound') },
});

export const listMessages = createRoute({
  method: 'get',
  path: '/sessions/{clientId}/messages',
  operationId: 'listMessages',
  summary: 'List the messages that are waiting for a client; they stay where they are',
  tags,
  request: {
    params: clientParams,
    query: z.strictObject({
      limit,
      cursor: cursor.optional(),
      payload: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: 'Whether to include payloads, in base64' }),
    }),
  },
  responses: {
    200: answer(messageList, 'A page of messages'),
    ...problems('session.notFound', 'cursor.invalid'),
  },
});

export const listHistory = createRoute({
  method: 'get',
  path: '/sessions/{clientId}/history',
  operationId: 'listHistory',
  summary: 'List what happened to the session of a client',
  description:
    'Also works for clients that no longer have a session. A client that was never seen has no entries.',
  tags,
  request: { params: clientParams, query: z.strictObject({ limit, cursor: cursor.optional() }) },
  responses: { 200: answer(history, 'A page of entries'), ...problems('cursor.invalid') },
});

export const traceMessage = createRoute({
  method: 'get',
  path: '/sessions/{clientId}/trace',
  operationId: 'traceMessage',
  summary: 'Find out why a message did or did not reach a client',
  description:
    'Give `messageId` to look for that message among the newest ones, `topic` for the newest message on that topic, or both.',
  tags,
  request: {
    params: clientParams,
    query: z
      .strictObject({
        topic: topic.optional(),
        messageId: searchText
          .optional()
          .openapi({ description: 'The message identifier that was delivered with the message' }),
      })
      .refine((query) => query.topic !== undefined || query.messageId !== undefined, {
        error: 'topic or messageId is needed',
      }),
  },
  responses: { 200: answer(trace, 'What is known about the message'), ...problems() },
});
