import * as z from 'zod/mini';

/** A `Signal`, as it comes in an answer or from a queue. */
export const signalSchema = z.union([
  z.object({
    kind: z.literal('look'),
    connectionId: z.string(),
    filters: z.optional(z.array(z.string())),
  }),
  z.object({ kind: z.enum(['takenOver', 'close']), connectionId: z.string() }),
]);
