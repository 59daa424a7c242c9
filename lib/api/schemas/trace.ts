import '@hono/zod-openapi';
import * as z from 'zod';
import { time } from './values.ts';

export const trace = z
  .object({
    clientId: z.string(),
    topic: z.string().optional(),
    messageId: z.string().optional(),
    verdict: z
      .enum([
        'noSession',
        'noSubscription',
        'notFound',
        'waiting',
        'inflight',
        'delivered',
        'dropped',
        'expired',
        'heldByBroker',
        'unknown',
      ])
      .openapi({ description: '`unknown`: what is recorded does not tell whether it was delivered' }),
    filters: z
      .array(z.object({ filter: z.string(), subscribedAt: time, isDurable: z.boolean() }))
      .openapi({ description: 'The subscriptions of the client that match' }),
    explanation: z.string(),
    message: z
      .object({
        messageId: z.string(),
        topic: z.string(),
        receivedAt: time,
        expiresAt: time.optional(),
        publisher: z.string().optional(),
      })
      .optional()
      .openapi({ description: 'As the message log has it' }),
    deliveredUpTo: time.optional().openapi({
      description:
        'Messages before it are delivered, or dropped with a reason; of those behind it some may be delivered too. Absent where this message is one of those',
    }),
    deliveredBetween: z
      .object({ from: time, upTo: time, at: time })
      .optional()
      .openapi({ description: 'The delivery run that the message was part of' }),
    dropReason: z.string().optional(),
    packetId: z.int().optional(),
  })
  .openapi('Trace');
export type Trace = z.infer<typeof trace>;
