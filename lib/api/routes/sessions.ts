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
    'Without a filter, or with `prefix`: in order of client identifiers. With `status`, `expiresBefore` or `disconnectedBefore`: connected sessions by the start of their connection, disconnected ones by their expiry. Sessions past their expiry are not shown. Lists are eventually consistent, by about a second.',
  tags,
  request: {
    query: z.strictObject({
      status: z.enum(['connected', 'disconnected']).optional(),
      prefix: searchText.optional().openapi({ description: 'The beginning of the client identifier' }),
      expiresBefore: time.optional().openapi({ description: 'Sessions that are away and end before this' }),
      disconnectedBefore: time
        .optional()
        .openapi({ description: 'Sessions that have been away since before this' }),
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
  summary: 'The whole session of a client',
  tags,
  request: {
    params: clientParams,
    query: z.strictObject({
      waitingCap: wholeNumber(0, 10_000).optional().openapi({
        description:
          'What waits is counted up to here, whatever it takes; without it up to 100, with few read units, and less where many filters are to be looked at',
      }),
    }),
  },
  responses: { 200: answer(session, 'The session'), ...problems('session.notFound') },
});

export const listMessages = createRoute({
  method: 'get',
  path: '/sessions/{clientId}/messages',
  operationId: 'listMessages',
  summary: 'What is waiting for a client, without taking it',
  tags,
  request: {
    params: clientParams,
    query: z.strictObject({
      limit,
      cursor: cursor.optional(),
      payload: z.enum(['true', 'false']).default('false').openapi({ description: 'With payloads, base64' }),
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
  summary: 'What happened to the session of a client',
  description:
    'Also of clients that have no session any more; a client of which nothing is known has no entries.',
  tags,
  request: { params: clientParams, query: z.strictObject({ limit, cursor: cursor.optional() }) },
  responses: { 200: answer(history, 'A page of entries'), ...problems('cursor.invalid') },
});

export const traceMessage = createRoute({
  method: 'get',
  path: '/sessions/{clientId}/trace',
  operationId: 'traceMessage',
  summary: 'Why a message reached this client or did not',
  description:
    'By `messageId`, which is found among the newest messages, or by `topic`: the newest message on it; or both.',
  tags,
  request: {
    params: clientParams,
    query: z
      .strictObject({
        topic: topic.optional(),
        messageId: searchText.optional().openapi({ description: 'As delivered with the message' }),
      })
      .refine((query) => query.topic !== undefined || query.messageId !== undefined, {
        error: 'topic or messageId is needed',
      }),
  },
  responses: { 200: answer(trace, 'What is known'), ...problems() },
});
