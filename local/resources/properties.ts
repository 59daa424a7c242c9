import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import type { Resource } from '#local/template/template';

/** A property that means nothing on one machine, and so may say anything. */
export const ignored = z.optional(z.unknown());

/**
 * The properties of a resource as its handler knows them.
 *
 * @throws LocalCloudError for a property that it does not know, which the local cloud would silently not do
 */
export function propertiesOf<Schema extends z.ZodType>(
  { logicalId, type, properties }: Resource,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(properties);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new LocalCloudError(
    'template.unknownProperty',
    `The local cloud cannot run ${logicalId} of type ${type} as the stack has it: ${problems.join('; ')}.`,
  );
}
