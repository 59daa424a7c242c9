import * as z from 'zod/mini';
import { MAXIMUM_KEY_TEXT_BYTES, utf8Bytes } from '#session/utf8';

const text = z.catch(z.optional(z.string()), undefined);

/** What CloudWatch sends: parameters at the top, and what it knows of the dashboard beside them. */
const eventSchema = z.object({
  describe: z.catch(z.optional(z.unknown()), undefined),
  lookUp: text,
  clientId: text,
  widgetContext: z.catch(
    z.optional(
      z.object({
        forms: z.catch(
          z.optional(z.object({ all: z.catch(z.optional(z.object({ clientId: text })), undefined) })),
          undefined,
        ),
      }),
    ),
    undefined,
  ),
});

export type WidgetRequest =
  | { readonly kind: 'describe' }
  | { readonly kind: 'fleet' }
  | { readonly kind: 'session'; readonly clientId: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** What a call of the widget asks for. Everything in it may come from whoever can call the function. */
export function parseWidgetEvent(event: unknown): WidgetRequest {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return { kind: 'refused', problem: 'The event is no object, as CloudWatch sends it.' };
  const { describe, lookUp, clientId, widgetContext } = parsed.data;
  if (describe !== undefined && describe !== false) return { kind: 'describe' };
  const typed = widgetContext?.forms?.all?.clientId;
  // The form comes along with links too, and still holds the client before.
  const wanted = lookUp === 'link' ? clientId : typed || clientId;
  if (wanted === undefined || wanted === '') return { kind: 'fleet' };
  const bytes = utf8Bytes(wanted);
  if (bytes > MAXIMUM_KEY_TEXT_BYTES) {
    const problem = `A client identifier of ${bytes} bytes came; allowed: 1 to ${MAXIMUM_KEY_TEXT_BYTES}.`;
    return { kind: 'refused', problem };
  }
  return { kind: 'session', clientId: wanted };
}
