import '@hono/zod-openapi';
import * as z from 'zod';
import { count, nextCursor, qos } from './values.ts';

const subscriber = z
  .object({
    clientId: z.string(),
    filter: z.string().openapi({ description: 'As the client sent it, including `$share/…`' }),
    shareName: z
      .string()
      .optional()
      .openapi({ description: 'Only one member of the share group gets the message' }),
    qos: qos.optional(),
    status: z.enum(['connected', 'disconnected']),
  })
  .openapi('Subscriber');

export const subscriberList = z
  .object({ topic: z.string(), subscribers: z.array(subscriber), nextCursor })
  .openapi('SubscriberList');
export type SubscriberList = z.infer<typeof subscriberList>;

const filterSummary = z
  .object({
    filter: z.string(),
    retainSeconds: count.openapi({ description: 'How long messages that match are kept' }),
    subscribers: z.object({ count, atLeast: z.boolean() }),
    messagesPerHour: z
      .number()
      .min(0)
      .openapi({ description: 'Estimated from the newest messages in its log' }),
  })
  .openapi('FilterSummary');

export const filterList = z.object({ filters: z.array(filterSummary), nextCursor }).openapi('FilterList');
export type FilterList = z.infer<typeof filterList>;
