import '@hono/zod-openapi';
import * as z from 'zod';
import { count, nextCursor, qos, time } from './values.ts';

const waitingMessage = z
  .object({
    messageId: z.string(),
    topic: z.string(),
    filter: z.string().openapi({ description: 'The first of the subscriptions that match it' }),
    qos: qos.openapi({ description: 'The QoS with which it would be delivered' }),
    bytes: count.openapi({ description: 'Size of the payload' }),
    receivedAt: time,
    ageSeconds: count,
    expiresAt: time.optional(),
    contentType: z.string().optional(),
    publisher: z.string().optional(),
    payload: z
      .string()
      .optional()
      .openapi({ description: 'In base64; present only if `payload=true` was given' }),
  })
  .openapi('WaitingMessage');
export type WaitingMessage = z.infer<typeof waitingMessage>;

export const messageList = z
  .object({ messages: z.array(waitingMessage), nextCursor })
  .openapi('MessageList', { description: 'Waiting messages, in the order in which they would be delivered' });
export type MessageList = z.infer<typeof messageList>;
