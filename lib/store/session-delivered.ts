import type { Delivered } from '#session/delivered';
import { type StoredList, trimmed } from './stored-list.ts';

/** `[messages, incarnation]`; the incarnation null where it is the session's. */
export function deliveredToList(
  { messages, incarnation, ...forgotten }: Delivered,
  implied: string,
): StoredList {
  forgotten satisfies Record<string, never>;
  return trimmed([messages, incarnation === implied ? null : incarnation]);
}

export function deliveredFromList([messages, incarnation]: StoredList, implied: string): Delivered {
  return { messages: Number(messages), incarnation: typeof incarnation === 'string' ? incarnation : implied };
}
