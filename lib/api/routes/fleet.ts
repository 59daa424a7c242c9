import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { adviceList } from '../schemas/advice.ts';
import { stats, statsPoints } from '../schemas/stats.ts';
import { filterList, subscriberList } from '../schemas/topic.ts';
import { cursor, limit, limitOf, searchText, wholeNumber } from '../schemas/values.ts';
import { answer, noQuery, problems, topicParams } from './parts.ts';

const tags = ['Fleet'];

export const getStats = createRoute({
  method: 'get',
  path: '/stats',
  operationId: 'getStats',
  summary: 'Get counts of the whole fleet; cheap enough to poll every 10 seconds',
  tags,
  request: { query: noQuery },
  responses: { 200: answer(stats, 'The counts'), ...problems() },
});

export const getStatsPoints = createRoute({
  method: 'get',
  path: '/stats/points',
  operationId: 'getStatsPoints',
  summary: 'Get counts over time, for charts',
  tags,
  request: {
    query: z.strictObject({
      hours: wholeNumber(1, 168)
        .default(1)
        .openapi({ type: 'integer', minimum: 1, maximum: 168, default: 1 }),
    }),
  },
  responses: { 200: answer(statsPoints, 'The points'), ...problems() },
});

export const listSubscribers = createRoute({
  method: 'get',
  path: '/topics/{topic}/subscribers',
  operationId: 'listSubscribers',
  summary: 'List who would get a message on a topic, whether connected or away',
  description:
    'Covers subscribers whose sessions this service keeps. They are read from an index, which may be about a second behind.',
  tags,
  request: { params: topicParams, query: z.strictObject({ limit, cursor: cursor.optional() }) },
  responses: { 200: answer(subscriberList, 'A page of subscribers'), ...problems('cursor.invalid') },
});

export const listFilters = createRoute({
  method: 'get',
  path: '/filters',
  operationId: 'listFilters',
  summary: 'List durable filters with their subscribers and message rates',
  tags,
  request: {
    query: z.strictObject({
      prefix: searchText.optional().openapi({ description: 'Only filters that start with this' }),
      limit: limitOf(20),
      cursor: cursor.optional(),
    }),
  },
  responses: { 200: answer(filterList, 'A page of filters'), ...problems('cursor.invalid') },
});

export const getAdvice = createRoute({
  method: 'get',
  path: '/advice',
  operationId: 'getAdvice',
  summary: 'List the advice of the last survey',
  tags,
  request: { query: z.strictObject({ limit, cursor: cursor.optional() }) },
  responses: { 200: answer(adviceList, 'A page of advice'), ...problems('cursor.invalid') },
});
