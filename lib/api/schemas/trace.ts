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
      .openapi({ description: '`unknown`: the records do not show whether it was delivered' }),
    filters: z
      .array(z.object({ filter: z.string(), subscribedAt: time, isDurable: z.boolean() }))
      .openapi({ description: "The client's subscriptions that match the topic" }),
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
      .openapi({ description: 'The message as it is in the message log' }),
    deliveredUpTo: time.optional().openapi({
      description:
        'Earlier messages have been delivered, or dropped with a reason; some of the later ones may have been delivered too. Absent if this message is one of those',
    }),
    deliveredBetween: z
      .object({ from: time, upTo: time, at: time })
      .optional()
      .openapi({ description: 'The delivery run that included the message' }),
    dropReason: z.string().optional(),
    packetId: z.int().optional(),
  })
  .openapi('Trace');
export type Trace = z.infer<typeof trace>;
