import * as z from 'zod/mini';
import { shown } from '#session/shown';

const TEXT = 'text of at least one character';
const text = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));
const MILLISECONDS = 'milliseconds since 1970';

/** What the Basic Ingest rule makes of a device's frame. */
const carriageEvent = z.object({
  kind: z.literal('carriage', { error: 'carriage' }),
  /** The frame, base64. */
  data: text,
  /** As the broker has authenticated it. */
  clientId: text.check(z.maxLength(128, { error: 'a client identifier of at most 128 characters' })),
  /** When the broker had it. */
  timestamp: z
    .number({ error: MILLISECONDS })
    .check(z.refine((value) => Number.isSafeInteger(value) && value >= 0, { error: MILLISECONDS })),
  principal: z.optional(z.string({ error: 'text' })),
});

export type CarriageEvent = z.infer<typeof carriageEvent>;

/** Tells it from requests of listeners and from events of queues. */
export function isCarriageEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'carriage';
}

export type ReadCarriageEvent =
  | { readonly ok: true; readonly event: CarriageEvent }
  | { readonly ok: false; readonly reason: string };

/** Reads what the rule hands over; `reason` says what came and what is allowed. */
export function readCarriageEvent(value: unknown): ReadCarriageEvent {
  const result = carriageEvent.safeParse(value);
  if (result.success) return { ok: true, event: result.data };
  const reason = result.error.issues.map(({ path, message }) => {
    const came = path.reduce<unknown>((within, key) => Reflect.get(Object(within), key), value);
    return `${path.join('.') || 'the event'}: ${shown(came)} came; allowed: ${message}`;
  });
  return { ok: false, reason: reason.join('; ') };
}
