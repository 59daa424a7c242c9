/**
 * UTF-8 bytes of a client identifier, a topic or a filter. Each becomes part of a key, of which DynamoDB takes 1,024
 * bytes; the rest is for what stands beside it.
 */
export const MAXIMUM_KEY_TEXT_BYTES = 1_000;
