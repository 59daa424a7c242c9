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
  connectedAt: time.optional().openapi({ description: 'When the most recent connection began' }),
  disconnectedAt: time.optional(),
  disconnectReason: z.string().optional(),
  sessionExpiryInterval: interval,
  expiresAt: time
    .optional()
    .openapi({ description: 'Absent while the client is connected, and if the session never expires' }),
  ipAddress: z.string().optional(),
  principal: z.string().optional(),
  delivered: count.openapi({
    description:
      'Messages that the service has delivered to this client identifier. At the packet edge, a list counts those of a connection when it has ended; a single session counts them at once',
  }),
  dropped: count.openapi({ description: 'Messages that were dropped, for any reason' }),
};

const sessionSummary = z.object(summaryFields).openapi('SessionSummary');
export type SessionSummary = z.infer<typeof sessionSummary>;

export const sessionList = z
  .object({ sessions: z.array(sessionSummary), nextCursor })
  .openapi('SessionList', {
    description:
      'Only so many entries are examined for one page. A page may therefore hold fewer sessions than `limit`, or none, and still have a `nextCursor`',
  });
export type SessionList = z.infer<typeof sessionList>;

export const subscription = z
  .object({
    filter: z.string(),
    qos: qos.optional().openapi({ description: 'The granted QoS; absent until the broker has reported it' }),
    noLocal: z.boolean(),
    retainAsPublished: z.boolean(),
    subscriptionIdentifier: z.int().optional(),
    subscribedAt: time,
    byOperator: z.boolean().openapi({
      description: 'Made by an operator; the device has not subscribed to the filter itself since then',
    }),
  })
  .openapi('Subscription');

const waiting = z
  .object({
    messages: count,
    bytes: count.openapi({ description: 'Size of topics and payloads' }),
    atLeast: z.boolean().openapi({ description: 'Counting stopped early, so there may be more' }),
    heldByBroker: z.boolean().openapi({
      description:
        'The broker still has its own session of the client, and delivers these messages if the client returns in time',
    }),
    cap: count.openapi({ description: 'The number of messages at which counting stops' }),
  })
  .openapi('Waiting', {
    description:
      'The messages that would be delivered. A message that matches several filters counts once, and expired messages do not count. Messages for a share group do not count either: they go to whichever member returns first.',
  });

export const drop = z.object({
  reason: z.string(),
  topic: z.string().openapi({ description: 'The topic, cut to 64 characters' }),
  at: time,
});

export const session = z
  .object({
    ...summaryFields,
    incarnation: z
      .string()
      .openapi({ description: 'Opaque; changes whenever a new session of the client begins' }),
    keepAlive: z.int().min(0).optional().openapi({ description: 'In seconds' }),
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
