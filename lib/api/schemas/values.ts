import { z } from '@hono/zod-openapi';
import { NEVER } from '#session/expiry';
import { checkTopicFilter } from '#session/topic-filter';
import { checkTopicName } from '#session/topic-name';
import { hasLoneSurrogate, utf8Bytes } from '#session/utf8';

/** With what a key puts before it, far below the 2,048 bytes of a partition key. */
const MAXIMUM_CLIENT_ID_BYTES = 1_000;
const MAXIMUM_TEXT_CHARACTERS = 1_024;

const text = (maximum = MAXIMUM_TEXT_CHARACTERS) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .refine((value) => !hasLoneSurrogate(value), { error: 'is well-formed Unicode' });

export const clientId = text(MAXIMUM_CLIENT_ID_BYTES)
  .refine((value) => utf8Bytes(value) <= MAXIMUM_CLIENT_ID_BYTES, {
    error: `has at most ${MAXIMUM_CLIENT_ID_BYTES} bytes`,
  })
  .openapi({ description: 'Client identifier', example: 'meter-7' });

/** The beginning of a client identifier or filter, or a pattern of client identifiers. */
export const searchText = text();

export const time = z.iso
  .datetime()
  .openapi({ description: 'ISO 8601, UTC', example: '2026-11-25T16:40:00.000Z' });

export const count = z.int().min(0);

export const interval = z
  .int()
  .min(0)
  .max(NEVER)
  .openapi({
    description: `Seconds; ${NEVER}: never expires`,
    example: 86_400,
  });

export const qos = z
  .union([z.literal(0), z.literal(1), z.literal(2)])
  .openapi({ type: 'integer', enum: [0, 1, 2] });

export const topic = text(65_535).superRefine((value, context) => {
  const check = checkTopicName(value);
  if (!check.valid) context.addIssue({ code: 'custom', message: check.reason });
});

export const topicFilter = text(65_535).superRefine((value, context) => {
  const check = checkTopicFilter(value);
  if (!check.valid) context.addIssue({ code: 'custom', message: check.reason });
});

export const cursor = z
  .string()
  .min(1)
  .max(4_096)
  .openapi({ description: 'The `nextCursor` of the page before, of the same request otherwise; opaque' });

export const nextCursor = z
  .string()
  .optional()
  .openapi({ description: 'Where the next page begins; absent on the last one' });

/** A whole number in a query string. */
export const wholeNumber = (minimum: number, maximum: number, preset: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, { error: 'is a whole number' })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .default(preset)
    .openapi({ type: 'integer', minimum, maximum, default: preset });

export const limit = wholeNumber(1, 100, 50);
