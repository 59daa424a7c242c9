/*
 * Stands for `zod` in the bundles: without its texts in 50 languages, which what makes the OpenAPI document would hold on
 * to, since it takes all of `z` in hands. Of that it uses this one.
 */
export * as iso from '../../node_modules/zod/v4/classic/iso.js';
export * from '../../node_modules/zod/v4/classic/schemas.js';
export { NEVER } from '../../node_modules/zod/v4/core/index.js';
export * as z from './zod-parts.ts';
