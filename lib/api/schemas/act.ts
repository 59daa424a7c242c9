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
  .openapi('Provision', { description: 'What the session should be; subscriptions that are not listed end' });
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
        'The broker still has its own session of the device, in which the device may have subscribed to the filter. If the device returns in time, the broker delivers what matches',
    }),
  })
  .openapi('Unsubscription', { description: '`notSubscribed` means that there was no such subscription' });
export type Unsubscription = z.infer<typeof unsubscription>;

export const disconnection = z
  .object({ outcome: z.enum(['closed', 'notConnected']) })
  .openapi('Disconnection', { description: '`notConnected` means that there was no connection to close' });
export type Disconnection = z.infer<typeof disconnection>;

export const droppedMessages = z
  .object({
    dropped: count,
    atLeast: z.boolean().openapi({ description: 'More messages were dropped than were counted' }),
    heldByBroker: z.boolean().openapi({
      description:
        'The broker still has its own session of the client, whose messages cannot be dropped. The client gets them if it returns in time',
    }),
  })
  .openapi('DroppedMessages');
export type DroppedMessages = z.infer<typeof droppedMessages>;

export const resumption = z.object({ outcome: z.enum(['requested', 'notConnected']) }).openapi('Resumption', {
  description:
    '`notConnected` means that nothing was done; delivery starts by itself when the client returns',
});
export type Resumption = z.infer<typeof resumption>;

const clients = searchText.openapi({
  description: 'Which client identifiers to include; `*` stands for any characters',
  example: 'meter-*',
});

export const expiryPreviewRequest = z
  .strictObject({ clients, sessionExpiryInterval: interval, cursor: z.string().max(4_096).optional() })
  .openapi('ExpiryPreviewRequest');

export const expiryPreview = z
  .object({
    examined: count,
    wouldEnd: count.openapi({ description: 'Sessions that have been away for longer than the interval' }),
    messages: count.openapi({ description: 'Messages that are waiting for those sessions' }),
    messagesAtLeast: z.boolean(),
    nextCursor,
  })
  .openapi('ExpiryPreview', { description: 'The figures of one page; add up the pages for the whole fleet' });
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
        'Sessions that this operation has ended; sessions that ended for other reasons in the meantime do not count',
    }),
    startedAt: time,
    startedBy: z.string().openapi({ description: 'The ARN of an IAM identity, or the subject of a token' }),
    clients: z.string().openapi({ description: 'As given in the request' }),
    idleSeconds: count.openapi({ description: 'As given in the request' }),
    finishedAt: time.optional(),
  })
  .openapi('Operation');
export type Operation = z.infer<typeof operation>;
