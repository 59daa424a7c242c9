import * as z from 'zod';
import type { Arns } from './arns.ts';
import type { Access } from './policy.ts';

const entriesSchema = z.object({
  Entries: z.array(z.object({ EventBusName: z.optional(z.string()) })),
});

/** What a request to EventBridge needs: its action on each bus that an entry goes to. */
export function eventsAccesses(operation: string, body: unknown, arns: Arns): readonly Access[] {
  const action = `events:${operation}`;
  const put = entriesSchema.safeParse(body);
  if (!put.success) return [{ action, resource: '*' }];
  const buses = new Set(put.data.Entries.map(({ EventBusName }) => EventBusName ?? 'default'));
  return [...buses].map((bus) => ({ action, resource: arns.eventBus(bus) }));
}
