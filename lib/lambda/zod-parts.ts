// What the schemas of the session API are made of. A part that is missing here is missing in the bundle alone, and
// the test that loads the bundles fails.
export * as iso from '../../node_modules/zod/v4/classic/iso.js';
export {
  array,
  boolean,
  discriminatedUnion,
  enum,
  exactOptional,
  int,
  literal,
  number,
  object,
  record,
  strictObject,
  string,
  union,
  ZodType,
} from '../../node_modules/zod/v4/classic/schemas.js';
export { NEVER } from '../../node_modules/zod/v4/core/index.js';
