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
  summary: 'How many sessions would end with another interval',
  description: 'A read, although it is a POST: nothing changes.',
  tags,
  request: { query: noQuery, body: body(expiryPreviewRequest) },
  responses: {
    200: answer(expiryPreview, 'Of one page of sessions'),
    ...problems('cursor.invalid', ...ofBody),
  },
});

export const endIdle = createRoute({
  method: 'post',
  path: '/sessions:endIdle',
  operationId: 'endIdle',
  summary: 'End all sessions that have been away for longer, in the background',
  tags,
  request: { query: noQuery, body: body(endIdleRequest) },
  responses: {
    202: {
      ...answer(operation, 'It has begun'),
      headers: z.object({ location: z.string().openapi({ description: 'Where its progress is read' }) }),
    },
    ...problems(...ofBody),
  },
});

export const getOperation = createRoute({
  method: 'get',
  path: '/operations/{operationId}',
  operationId: 'getOperation',
  summary: 'The progress of an operation',
  tags,
  request: {
    params: z.object({
      operationId: named('operationId', 'As the answer that began it says'),
    }),
    query: noQuery,
  },
  responses: { 200: answer(operation, 'The operation'), ...problems('operation.notFound') },
});
