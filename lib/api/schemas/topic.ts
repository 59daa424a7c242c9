import '@hono/zod-openapi';
import * as z from 'zod';
import { count, nextCursor, qos } from './values.ts';

const subscriber = z
  .object({
    clientId: z.string(),
    filter: z.string().openapi({ description: 'As the client sent it, `$share/…` included' }),
    shareName: z.string().optional().openapi({ description: 'One member of the group gets the message' }),
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
    retainSeconds: count.openapi({ description: 'How long its messages are kept' }),
    subscribers: z.object({ count, atLeast: z.boolean() }),
    messagesPerHour: z.number().min(0).openapi({ description: 'From the newest messages of its log' }),
  })
  .openapi('FilterSummary');

export const filterList = z.object({ filters: z.array(filterSummary), nextCursor }).openapi('FilterList');
export type FilterList = z.infer<typeof filterList>;
