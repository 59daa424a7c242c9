import '@hono/zod-openapi';
import * as z from 'zod';
import { subscription } from './session.ts';
import { count, interval, nextCursor, qos, searchText, time, topicFilter } from './values.ts';

export const intervalChange = z.strictObject({ sessionExpiryInterval: interval }).openapi('IntervalChange');

const asked = {
  qos,
  noLocal: z.boolean().optional(),
  retainAsPublished: z.boolean().optional(),
  subscriptionIdentifier: z.int().min(1).max(268_435_455).optional(),
};

export const subscriptionRequest = z.strictObject(asked).openapi('SubscriptionRequest');
export type SubscriptionRequest = z.infer<typeof subscriptionRequest>;

export const provision = z
  .strictObject({
    sessionExpiryInterval: interval.min(1),
    subscriptions: z.array(z.strictObject({ filter: topicFilter, ...asked })).max(100),
  })
  .openapi('Provision', { description: 'What the session is to be; subscriptions that are not named end' });
export type Provision = z.infer<typeof provision>;

export const subscriptionChange = z
  .object({ outcome: z.enum(['created', 'changed', 'unchanged']), subscription })
  .openapi('SubscriptionChange');
export type SubscriptionChange = z.infer<typeof subscriptionChange>;

export const unsubscription = z
  .object({
    outcome: z.enum(['unsubscribed', 'notSubscribed']),
    heldByBroker: z.boolean().openapi({
      description:
        "The broker's own session still stands, in which the device may have subscribed to the filter: if it returns in time, the broker brings it what matches",
    }),
  })
  .openapi('Unsubscription', { description: '`notSubscribed`: there was no such subscription' });
export type Unsubscription = z.infer<typeof unsubscription>;

export const disconnection = z
  .object({ outcome: z.enum(['closed', 'notConnected']) })
  .openapi('Disconnection', { description: '`notConnected`: there was no connection' });
export type Disconnection = z.infer<typeof disconnection>;

export const droppedMessages = z
  .object({
    dropped: count,
    atLeast: z.boolean().openapi({ description: 'More were given up than were counted' }),
    heldByBroker: z.boolean().openapi({
      description:
        "The broker's own session still stands, from which nobody can take them: the client gets them if it returns in time",
    }),
  })
  .openapi('DroppedMessages');
export type DroppedMessages = z.infer<typeof droppedMessages>;

export const resumption = z.object({ outcome: z.enum(['requested', 'notConnected']) }).openapi('Resumption', {
  description: '`notConnected`: nothing was done; delivery begins by itself when the client returns',
});
export type Resumption = z.infer<typeof resumption>;

const clients = searchText.openapi({
  description: 'Client identifiers it is for; `*` stands for any run of characters',
  example: 'meter-*',
});

export const expiryPreviewRequest = z
  .strictObject({ clients, sessionExpiryInterval: interval, cursor: z.string().max(4_096).optional() })
  .openapi('ExpiryPreviewRequest');

export const expiryPreview = z
  .object({
    examined: count,
    wouldEnd: count.openapi({ description: 'Sessions that have been away for longer than the interval' }),
    messages: count.openapi({ description: 'Messages that wait for those' }),
    messagesAtLeast: z.boolean(),
    nextCursor,
  })
  .openapi('ExpiryPreview', { description: 'Of one page; add the pages up' });
export type ExpiryPreview = z.infer<typeof expiryPreview>;

export const endIdleRequest = z
  .strictObject({ clients, idleSeconds: z.int().min(1).max(4_294_967_294) })
  .openapi('EndIdleRequest');

export const operation = z
  .object({
    operationId: z.string(),
    status: z.enum(['running', 'succeeded', 'failed']),
    examined: count,
    ended: count.openapi({
      description:
        'Sessions that this operation has ended; those that ended otherwise meanwhile are not among them',
    }),
    startedAt: time,
    startedBy: z.string().openapi({ description: 'The ARN of an IAM identity or the subject of a token' }),
    clients: z.string().openapi({ description: 'As they were asked for' }),
    idleSeconds: count.openapi({ description: 'As they were asked for' }),
    finishedAt: time.optional(),
  })
  .openapi('Operation');
export type Operation = z.infer<typeof operation>;
