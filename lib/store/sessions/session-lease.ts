import type { Lease } from '#session/session';
import { type StoredList, trimmed } from '../encoding/stored-list.ts';

/** `[holder, untilMs, deliveredBefore]` */
export function leaseToList({ holder, untilMs, deliveredBefore, ...forgotten }: Lease): StoredList {
  forgotten satisfies Record<string, never>;
  return trimmed([holder, untilMs, deliveredBefore ?? null]);
}

export function leaseFromList(list: StoredList): Lease {
  const [holder, untilMs, deliveredBefore] = list as [string, number, number?];
  return { holder, untilMs, ...(deliveredBefore !== undefined && { deliveredBefore }) };
}
