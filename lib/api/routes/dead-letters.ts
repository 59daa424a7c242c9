import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { deadLetter, deadLetterList } from '../schemas/dead-letter.ts';
import { answer, named, noQuery, problems } from './parts.ts';

const tags = ['Dead letters'];

export const listDeadLetters = createRoute({
  method: 'get',
  path: '/dead-letters',
  operationId: 'listDeadLetters',
  summary: 'List events that were refused or ran out of attempts',
  tags,
  request: { query: noQuery },
  responses: { 200: answer(deadLetterList, 'The dead letters that the queue returned'), ...problems() },
});

export const redriveDeadLetter = createRoute({
  method: 'post',
  path: '/dead-letters/{id}/redrive',
  operationId: 'redriveDeadLetter',
  summary: 'Send an event again to where it came from',
  tags,
  request: {
    params: z.object({ id: named('id', 'As given in the list of dead letters') }),
    query: noQuery,
  },
  responses: {
    202: answer(deadLetter, 'The event was sent again'),
    ...problems('deadLetter.notFound', 'deadLetter.notRedrivable'),
  },
});
