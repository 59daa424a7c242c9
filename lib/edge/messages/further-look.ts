/**
 * When a message that matches no route is looked at again. The first time is inside the settle window, so that
 * the message keeps its place; the second is for a subscription whose event comes very late.
 */
const LOOKS_AFTER_SECONDS = [2, 20] as const;

export interface FurtherLook {
  readonly event: object;
  readonly delaySeconds: number;
}

function looksOf(event: object): number {
  const looks: unknown = Reflect.get(event, 'looks');
  return typeof looks === 'number' ? looks : 0;
}

/** The next look at a message, by the event that the rule made of it; undefined after the last. */
export function furtherLook(event: unknown): FurtherLook | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  const looks = looksOf(event);
  const delaySeconds = LOOKS_AFTER_SECONDS[looks];
  return delaySeconds === undefined ? undefined : { event: { ...event, looks: looks + 1 }, delaySeconds };
}
