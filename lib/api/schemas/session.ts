import '@hono/zod-openapi';
import * as z from 'zod';
import { advice } from './advice.ts';
import { count, interval, nextCursor, qos, time } from './values.ts';

const summaryFields = {
  clientId: z.string(),
  status: z.enum(['connected', 'disconnected']),
  edge: z.enum(['lifecycle', 'packets']).openapi({
    description: '`lifecycle`: AWS IoT Core is the broker; `packets`: this service is the MQTT server',
  }),
  startedAt: time,
  connectedAt: time.optional().openapi({ description: 'When the newest connection began' }),
  disconnectedAt: time.optional(),
  disconnectReason: z.string().optional(),
  sessionExpiryInterval: interval,
  expiresAt: time.optional().openapi({ description: 'Absent while connected and when it never expires' }),
  ipAddress: z.string().optional(),
  principal: z.string().optional(),
  delivered: count.openapi({
    description:
      'Messages delivered to this client identifier by the service. A list has what came by a connection of the packet edge once that has ended, the session itself at once',
  }),
  dropped: count.openapi({ description: 'Messages given up, whatever the reason' }),
};

const sessionSummary = z.object(summaryFields).openapi('SessionSummary');
export type SessionSummary = z.infer<typeof sessionSummary>;

export const sessionList = z
  .object({ sessions: z.array(sessionSummary), nextCursor })
  .openapi('SessionList', {
    description:
      'A page looks at a bounded number of entries and may hold fewer than `limit`, even none, with a `nextCursor`',
  });
export type SessionList = z.infer<typeof sessionList>;

export const subscription = z
  .object({
    filter: z.string(),
    qos: qos.optional().openapi({ description: 'Granted; absent while the broker has not told it' }),
    noLocal: z.boolean(),
    retainAsPublished: z.boolean(),
    subscriptionIdentifier: z.int().optional(),
    subscribedAt: time,
    byOperator: z
      .boolean()
      .openapi({ description: 'An operator has made it, and the device has not subscribed itself since' }),
  })
  .openapi('Subscription');

const waiting = z
  .object({
    messages: count,
    bytes: count.openapi({ description: 'Topics and payloads' }),
    atLeast: z.boolean().openapi({ description: 'Counting stopped before the end: there may be more' }),
    heldByBroker: z.boolean().openapi({
      description: "The broker's own session still stands and delivers it, if the client returns in time",
    }),
    cap: count.openapi({ description: 'Counting stops at so many messages' }),
  })
  .openapi('Waiting', {
    description:
      'What would be delivered, overlapping filters counted once, expired messages left out. What waits for a share group waits for whichever member returns first and is not counted.',
  });

export const drop = z.object({
  reason: z.string(),
  topic: z.string().openapi({ description: 'At most 64 characters of it' }),
  at: time,
});

export const session = z
  .object({
    ...summaryFields,
    incarnation: z.string().openapi({ description: 'The life of the client identifier; opaque' }),
    keepAlive: z.int().min(0).optional().openapi({ description: 'Seconds' }),
    subscriptions: z.array(subscription),
    waiting,
    inflight: z.object({
      outbound: z.array(z.object({ packetId: z.int(), qos, state: z.enum(['publish', 'pubrel']) })),
      inbound: z.array(z.int()),
    }),
    will: z
      .object({
        topic: z.string(),
        qos,
        retain: z.boolean(),
        delayInterval: z.int().min(0),
        bytes: count,
        dueAt: time.optional(),
      })
      .optional(),
    drops: z.object({ counts: z.record(z.string(), count), last: z.array(drop) }),
    advice: z.array(advice),
  })
  .openapi('Session');
export type Session = z.infer<typeof session>;
