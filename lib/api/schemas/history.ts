import '@hono/zod-openapi';
import * as z from 'zod';
import { drop } from './session.ts';
import { count, interval, nextCursor, time } from './values.ts';

const at = { at: time };
const life = { ...at, incarnation: z.string() };

const began = z.object({
  ...life,
  type: z.enum(['started', 'resumed', 'takenOver']),
  sessionPresent: z.boolean(),
  sessionExpiryInterval: interval,
  ipAddress: z.string().optional(),
  principal: z.string().optional(),
});

const disconnected = z.object({ ...life, type: z.literal('disconnected'), reason: z.string().optional() });

const expired = z.object({
  ...life,
  type: z.literal('expired'),
  sessionExpiryInterval: interval,
  lostMessages: count.optional(),
});

const ended = z.object({ ...life, type: z.literal('ended'), reason: z.string() });

const intervalChanged = z.object({
  ...life,
  type: z.literal('intervalChanged'),
  sessionExpiryInterval: interval,
  previousInterval: interval,
});

const delivered = z.object({
  ...life,
  type: z.literal('delivered'),
  messages: count,
  from: time.optional().openapi({
    description:
      'Start of what the delivery run covered; absent if the messages were sent on a connection of the packet edge',
  }),
  upTo: time.optional(),
});

const dropped = z.object({
  ...life,
  type: z.literal('dropped'),
  counts: z.record(z.string(), count),
  last: z.array(drop),
});

const operator = z.object({
  ...at,
  type: z.literal('operator'),
  act: z.string(),
  actor: z.string().openapi({ description: 'The ARN of an IAM identity, or the subject of a token' }),
  incarnation: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

const historyEntry = z
  .discriminatedUnion('type', [
    began,
    disconnected,
    expired,
    ended,
    intervalChanged,
    delivered,
    dropped,
    operator,
  ])
  .openapi('HistoryEntry');
export type HistoryEntry = z.infer<typeof historyEntry>;

export const history = z
  .object({ entries: z.array(historyEntry), nextCursor })
  .openapi('History', { description: 'The newest entries come first' });
export type History = z.infer<typeof history>;
