import * as z from 'zod/mini';
import { MAXIMUM_KEY_TEXT_BYTES } from '#session/utf8';

/** Of AWS IoT Core. */
const MAXIMUM_BROKER_BYTES = 128;
const ALLOWED = `a client identifier of 1 to ${MAXIMUM_BROKER_BYTES} characters`;
const PACKET_EDGE_ALLOWED = `a client identifier of 1 to ${MAXIMUM_KEY_TEXT_BYTES} bytes`;

/** What AWS IoT Core takes. */
export const clientId = z
  .string({ error: ALLOWED })
  .check(z.minLength(1, { error: ALLOWED }), z.maxLength(MAXIMUM_BROKER_BYTES, { error: ALLOWED }));

/** What the packet edge takes. */
export const packetClientId = z.string({ error: PACKET_EDGE_ALLOWED }).check(
  z.refine((value) => value !== '' && Buffer.byteLength(value) <= MAXIMUM_KEY_TEXT_BYTES, {
    error: PACKET_EDGE_ALLOWED,
  }),
);

/** Why AWS IoT Core would not take a client identifier, or never tell of its connections; undefined: it does. */
export function withoutLifecycle(
  identifier: string,
): { readonly came: string; readonly allowed: string } | undefined {
  const bytes = Buffer.byteLength(identifier);
  if (bytes > MAXIMUM_BROKER_BYTES)
    return { came: `it has ${bytes} bytes`, allowed: `at most ${MAXIMUM_BROKER_BYTES}` };
  if (identifier.startsWith('$')) return { came: 'it begins with $', allowed: 'any other character there' };
  // It publishes no lifecycle events for these.
  if (/[#+]/.test(identifier)) return { came: 'it has # or +', allowed: 'neither of them' };
  return undefined;
}
