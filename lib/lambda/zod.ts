/** Stands for `zod` in the bundles: the parts of it that functions use. */
export * from './zod-parts.ts';
export * as z from './zod-parts.ts';
