/** What is taken of `z` as a whole, by name: the class that lets schemas say what the document tells. */
export { ZodType } from '../../node_modules/zod/v4/classic/schemas.js';
