import { TOTALS, type Total } from '#history/counts';
import '@hono/zod-openapi';
import * as z from 'zod';
import { count, time } from './values.ts';

const ofTotals = <Value extends z.ZodType>(value: Value) =>
  z.object(Object.fromEntries(TOTALS.map((name) => [name, value])) as Record<Total, Value>);

export const stats = z
  .object({
    at: time,
    sessions: z.object({ connected: count, disconnected: count, total: count }),
    expiring: z.object({ withinHour: count, withinDay: count }),
    waiting: z
      .object({ messages: count, bytes: count, isEstimate: z.boolean(), surveyedAt: time })
      .optional()
      .openapi({ description: 'Absent until the first survey has run' }),
    totals: ofTotals(count).openapi({ description: 'Totals since the service started counting' }),
    rates: z
      .object({ perMinute: ofTotals(z.number().min(0)) })
      .optional()
      .openapi({ description: 'Rates over the last minutes; absent until there are two points' }),
  })
  .openapi('Stats');
export type Stats = z.infer<typeof stats>;

const statsPoint = z.object({
  at: time,
  connected: count,
  disconnected: count,
  waiting: count,
  delivered: count.openapi({ description: 'Total up to this time, as are the counts below' }),
  expired: count,
  takenOver: count,
  dropped: count,
});

export const statsPoints = z.object({ points: z.array(statsPoint) }).openapi('StatsPoints', {
  description: 'The oldest point comes first. There is one point per minute, and fewer for long spans',
});
export type StatsPoints = z.infer<typeof statsPoints>;
