import '@hono/zod-openapi';
import * as z from 'zod';
import { nextCursor, time } from './values.ts';

export const advice = z
  .object({
    id: z.string(),
    kind: z.enum([
      'sharedClientId',
      'intervalTooLong',
      'intervalTooShort',
      'neverResumed',
      'receivesNothingDelivered',
      'broadFilter',
    ]),
    severity: z.enum(['info', 'warning']),
    clientId: z.string().optional(),
    filter: z.string().optional(),
    summary: z.string().openapi({ description: 'One sentence that quotes the figures of the evidence' }),
    evidence: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.string())])).openapi({
      description: 'What was counted or measured: first times, then counts, then lists',
      example: {
        firstAt: '2026-11-24T06:12:40.000Z',
        lastAt: '2026-11-25T05:58:03.000Z',
        takeovers: 41,
        addresses: ['192.0.2.17', '198.51.100.4'],
      },
    }),
    change: z.object({
      text: z.string(),
      policy: z
        .string()
        .optional()
        .openapi({ description: 'The policy as JSON, ready to copy into the configuration' }),
    }),
  })
  .openapi('Advice');

export type Advice = z.infer<typeof advice>;

export const adviceList = z
  .object({
    advice: z.array(advice),
    surveyedAt: time.optional().openapi({ description: 'Absent until the first survey has run' }),
    nextCursor,
  })
  .openapi('AdviceList', { description: 'Warnings come first' });

export type AdviceList = z.infer<typeof adviceList>;
