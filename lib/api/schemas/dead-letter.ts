import '@hono/zod-openapi';
import * as z from 'zod';
import { time } from './values.ts';

export const deadLetter = z
  .object({
    id: z.string(),
    receivedAt: time,
    source: z.string().openapi({ description: 'The function or rule that gave up on it' }),
    error: z.string().optional(),
    body: z.string().openapi({ description: 'The event as it was received, cut if it is long' }),
    isRedrivable: z.boolean().openapi({ description: 'Whether it can be sent again to where it came from' }),
  })
  .openapi('DeadLetter');
export type DeadLetter = z.infer<typeof deadLetter>;

export const deadLetterList = z
  .object({ deadLetters: z.array(deadLetter) })
  .openapi('DeadLetterList', { description: 'At most 100; they stay in the queue' });
