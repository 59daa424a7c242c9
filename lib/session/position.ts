import { createHash } from 'node:crypto';

/**
 * A place in the message log: append time, then bits of the message's own id, as 26 characters of
 * Crockford's base 32 (a ULID). Positions compare as strings, and a retried append of the same message at
 * the same time is the same position.
 */
export type Position = string;

/** Crockford's base 32, in the order of its values. */
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Those that say when; positions of one millisecond begin alike. */
export const TIME_CHARACTERS = 10;
const ID_CHARACTERS = 16;
export const POSITION_CHARACTERS = TIME_CHARACTERS + ID_CHARACTERS;

/** Before everything that could be in the log. */
export const LOG_START: Position = '0'.repeat(POSITION_CHARACTERS);

/** Behind everything that could be in the log. */
export const LOG_END: Position = 'Z'.repeat(POSITION_CHARACTERS);

function encodeTime(atMs: number): string {
  let rest = Math.max(0, Math.floor(atMs));
  let text = '';
  for (let index = 0; index < TIME_CHARACTERS; index += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeId(messageId: string): string {
  const digest = createHash('sha256').update(messageId).digest();
  let text = '';
  for (const byte of digest.subarray(0, ID_CHARACTERS)) text += ALPHABET.charAt(byte % 32);
  return text;
}

/** The position of a message appended at `atMs` (epoch milliseconds). */
export function positionOf(atMs: number, messageId: string): Position {
  return encodeTime(atMs) + encodeId(messageId);
}

/** The lowest position of a millisecond: everything appended from then on is at or after it. */
export function positionAt(atMs: number): Position {
  return encodeTime(atMs) + '0'.repeat(ID_CHARACTERS);
}

/** Append time of a position, epoch milliseconds. */
export function timeOf(position: Position): number {
  let atMs = 0;
  for (const character of position.slice(0, TIME_CHARACTERS)) {
    atMs = atMs * 32 + ALPHABET.indexOf(character);
  }
  return atMs;
}

/** Whether two positions are of one message, appended at the same or at different times. */
export function isSameMessage(one: Position, other: Position): boolean {
  return one.endsWith(messageOf(other));
}

/** What positions of the same message have in common, whenever it was appended. */
export function messageOf(position: Position): string {
  return position.slice(TIME_CHARACTERS);
}

/** The later of two positions. */
export function later(one: Position, other: Position): Position {
  return one > other ? one : other;
}

/** The earlier of two positions. */
export function earlier(one: Position, other: Position): Position {
  return one < other ? one : other;
}

/** The next position there could be: a lower bound for what comes after this one. */
export function behind(position: Position): Position {
  const last = position.length - 1;
  const next = ALPHABET.indexOf(position.charAt(last)) + 1;
  if (next < ALPHABET.length) return position.slice(0, last) + ALPHABET.charAt(next);
  return behind(position.slice(0, last)) + ALPHABET.charAt(0);
}
