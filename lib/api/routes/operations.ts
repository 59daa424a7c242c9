import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { endIdleRequest, expiryPreview, expiryPreviewRequest, operation } from '../schemas/act.ts';
import { answer, body, named, noQuery, problems } from './parts.ts';

const tags = ['Operations'];
const ofBody = ['body.tooLarge', 'body.mediaType'] as const;

export const previewExpiry = createRoute({
  method: 'post',
  path: '/sessions:previewExpiry',
  operationId: 'previewExpiry',
  summary: 'Count the sessions that would end with another interval',
  description: 'Although this is a POST, it only reads; nothing changes.',
  tags,
  request: { query: noQuery, body: body(expiryPreviewRequest) },
  responses: {
    200: answer(expiryPreview, 'The figures of one page of sessions'),
    ...problems('cursor.invalid', ...ofBody),
  },
});

export const endIdle = createRoute({
  method: 'post',
  path: '/sessions:endIdle',
  operationId: 'endIdle',
  summary: 'End all sessions that have been away for longer than a given time, in the background',
  tags,
  request: { query: noQuery, body: body(endIdleRequest) },
  responses: {
    202: {
      ...answer(operation, 'The operation has started'),
      headers: z.object({ location: z.string().openapi({ description: 'Where to read its progress' }) }),
    },
    ...problems(...ofBody),
  },
});

export const getOperation = createRoute({
  method: 'get',
  path: '/operations/{operationId}',
  operationId: 'getOperation',
  summary: 'Get the progress of an operation',
  tags,
  request: {
    params: z.object({
      operationId: named('operationId', 'As given in the response that started the operation'),
    }),
    query: noQuery,
  },
  responses: { 200: answer(operation, 'The operation'), ...problems('operation.notFound') },
});
