import { listFilters as listFilterPage } from '#operator/look-ups/filter-list';
import { type SubscriberPlace, topicSubscribers } from '#operator/look-ups/topic-subscribers';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { cursorsOf, FOREIGN_CURSOR, pageStart } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { problemAnswer } from '../problem.ts';
import { listFilters, listSubscribers } from '../routes/fleet.ts';
import '@hono/zod-openapi';
import * as z from 'zod';

/** Its check has no secret, so a caller can have made a cursor of anything. */
const subscriberPlace: z.ZodType<SubscriberPlace> = z.object({
  filter: z.string(),
  after: z.exactOptional(z.object({ clientId: z.string(), filter: z.string() })),
});

function placeOf(key: string): SubscriberPlace | 'unreadable' {
  try {
    return subscriberPlace.parse(JSON.parse(key));
  } catch {
    return 'unreadable';
  }
}

/** Topics and filters: who would get what. */
export function addTopics(api: Api, dependencies: ApiDependencies): void {
  api.openapi(listSubscribers, async (context) => {
    const { topic } = context.req.valid('param');
    const query = context.req.valid('query');
    const cursors = cursorsOf('listSubscribers', { ...query, topic });
    const start = pageStart(cursors, query.cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const place = start.key === undefined ? undefined : placeOf(start.key);
    if (place === 'unreadable') return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const { subscribers, next } = await topicSubscribers(
      topic,
      { limit: query.limit, start: place },
      dependencies,
    );
    return context.json(
      {
        topic,
        subscribers: subscribers.map(({ subscription: { clientId, filter, qos }, status }) => {
          const { shareName } = parseSharedFilter(filter);
          return {
            clientId,
            filter,
            ...(shareName !== undefined && { shareName }),
            ...(qos !== undefined && { qos }),
            status,
          };
        }),
        ...(next !== undefined && { nextCursor: cursors.encode(JSON.stringify(next)) }),
      },
      200,
    );
  });

  api.openapi(listFilters, async (context) => {
    const query = context.req.valid('query');
    const cursors = cursorsOf('listFilters', query);
    const start = pageStart(cursors, query.cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const { prefix, limit } = query;
    const { filters, next } = await listFilterPage({ prefix, limit, after: start.key }, dependencies);
    return context.json(
      {
        filters: filters.map(({ route: { filter, retainSeconds }, subscribers, messagesPerHour }) => ({
          filter,
          retainSeconds,
          subscribers,
          messagesPerHour,
        })),
        ...(next !== undefined && { nextCursor: cursors.encode(next) }),
      },
      200,
    );
  });
}
