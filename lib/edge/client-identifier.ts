import * as z from 'zod/mini';

const ALLOWED = 'a client identifier of 1 to 128 characters';

/** What AWS IoT Core takes. */
export const clientId = z
  .string({ error: ALLOWED })
  .check(z.minLength(1, { error: ALLOWED }), z.maxLength(128, { error: ALLOWED }));
