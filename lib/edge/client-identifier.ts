import * as z from 'zod/mini';

const ALLOWED = 'a client identifier of 1 to 128 characters';
/** With what a key puts before it, far below the 2,048 bytes of a partition key. */
const MAXIMUM_BYTES = 1_000;
const PACKET_EDGE_ALLOWED = `a client identifier of 1 to ${MAXIMUM_BYTES} bytes`;

/** What AWS IoT Core takes. */
export const clientId = z
  .string({ error: ALLOWED })
  .check(z.minLength(1, { error: ALLOWED }), z.maxLength(128, { error: ALLOWED }));

/** What the packet edge takes. */
export const packetClientId = z.string({ error: PACKET_EDGE_ALLOWED }).check(
  z.refine((value) => value !== '' && Buffer.byteLength(value) <= MAXIMUM_BYTES, {
    error: PACKET_EDGE_ALLOWED,
  }),
);
