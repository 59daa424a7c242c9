import { NEVER } from '#session/expiry';
import { checkTopicFilter } from '#session/topics/topic-filter';
import { checkTopicName } from '#session/topics/topic-name';
import { hasLoneSurrogate, MAXIMUM_KEY_TEXT_BYTES, utf8Bytes } from '#session/utf8';
// Lets schemas say, by `.openapi`, what the document tells.
import '@hono/zod-openapi';
import * as z from 'zod';

/** Text of a client or an operator that may become part of a key. */
const text = z
  .string()
  .min(1)
  .refine((value) => !hasLoneSurrogate(value), { error: 'is well-formed Unicode' })
  .refine((value) => utf8Bytes(value) <= MAXIMUM_KEY_TEXT_BYTES, {
    error: `has at most ${MAXIMUM_KEY_TEXT_BYTES} bytes`,
  });

export const clientId = text.openapi({
  description: 'Client identifier',
  maxLength: MAXIMUM_KEY_TEXT_BYTES,
  example: 'meter-7',
});

/** The beginning of a client identifier or filter, or a pattern of client identifiers. */
export const searchText = text.openapi({ maxLength: MAXIMUM_KEY_TEXT_BYTES });

export const time = z.iso
  .datetime()
  .openapi({ description: 'Time in ISO 8601, UTC', example: '2026-11-25T16:40:00.000Z' });

export const count = z.int().min(0);

export const interval = z
  .int()
  .min(0)
  .max(NEVER)
  .openapi({
    description: `In seconds; ${NEVER} means that the session never expires`,
    example: 86_400,
  });

export const qos = z
  .union([z.literal(0), z.literal(1), z.literal(2)])
  .openapi({ type: 'integer', enum: [0, 1, 2] });

export const topic = text.superRefine((value, context) => {
  const check = checkTopicName(value);
  if (!check.valid) context.addIssue({ code: 'custom', message: check.reason });
});

export const topicFilter = text.superRefine((value, context) => {
  const check = checkTopicFilter(value);
  if (!check.valid) context.addIssue({ code: 'custom', message: check.reason });
});

export const cursor = z.string().min(1).max(4_096).openapi({
  description:
    'The opaque `nextCursor` of the previous page. The other parameters must be the same as for that page',
});

export const nextCursor = z
  .string()
  .optional()
  .openapi({ description: 'Pass it as `cursor` to get the next page; absent on the last page' });

/** A whole number in a query string. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, { error: 'is a whole number' })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .openapi({ type: 'integer', minimum, maximum });

/** How many a page holds at the most. */
export const limitOf = (preset: number) =>
  wholeNumber(1, 100).default(preset).openapi({ type: 'integer', minimum: 1, maximum: 100, default: preset });

export const limit = limitOf(50);
