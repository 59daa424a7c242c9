import '@hono/zod-openapi';
import * as z from 'zod';
import { count, nextCursor, qos, time } from './values.ts';

const waitingMessage = z
  .object({
    messageId: z.string(),
    topic: z.string(),
    filter: z.string().openapi({ description: 'The first of the subscriptions that ask for it' }),
    qos: qos.openapi({ description: 'With which it would be delivered' }),
    bytes: count.openapi({ description: 'Of the payload' }),
    receivedAt: time,
    ageSeconds: count,
    expiresAt: time.optional(),
    contentType: z.string().optional(),
    publisher: z.string().optional(),
    payload: z.string().optional().openapi({ description: 'base64, when asked for' }),
  })
  .openapi('WaitingMessage');
export type WaitingMessage = z.infer<typeof waitingMessage>;

export const messageList = z
  .object({ messages: z.array(waitingMessage), nextCursor })
  .openapi('MessageList', { description: 'What waits, in the order in which it would be delivered' });
export type MessageList = z.infer<typeof messageList>;
