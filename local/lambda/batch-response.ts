import * as z from 'zod';

const responseSchema = z.object({
  batchItemFailures: z.optional(z.nullable(z.array(z.object({ itemIdentifier: z.string().min(1) })))),
});

/**
 * The items of a batch that failed, by what the function answered (JSON). As Lambda has it, an answer of
 * another form, and an identifier that the batch has not, fail the whole batch; no answer is a success.
 */
export function failedItems(payload: string, items: readonly string[]): ReadonlySet<string> {
  const answer: unknown = JSON.parse(payload);
  if (answer === null) return new Set();
  const response = responseSchema.safeParse(answer);
  if (!response.success) return new Set(items);
  const failed = (response.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((identifier) => items.includes(identifier)) ? new Set(failed) : new Set(items);
}
