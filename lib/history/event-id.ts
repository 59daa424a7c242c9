import { createHash } from 'node:crypto';

/** Names something that happened: the same in every copy of an event about it. */
export function eventId(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
