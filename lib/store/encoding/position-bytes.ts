import { ALPHABET, type Position, positionAt, TIME_CHARACTERS, timeOf } from '#session/position';
import type { ByteReader, ByteWriter } from './compact-bytes.ts';

/** Behind the time of a position are bits of the message's id, 5 a character. */
const GROUP_CHARACTERS = 8;
const GROUP_BYTES = 5;
const GROUPS = 2;

/** Positions that lie close together, about 12 bytes for 26 characters; each time counts from the one before. */
export function writePosition(writer: ByteWriter, position: Position, beforeMs: number): number {
  const atMs = timeOf(position);
  writer.difference(atMs - beforeMs);
  for (let group = 0; group < GROUPS; group += 1) {
    const start = TIME_CHARACTERS + group * GROUP_CHARACTERS;
    writer.bytes(groupToBytes(position.slice(start, start + GROUP_CHARACTERS)));
  }
  return atMs;
}

export function readPosition(reader: ByteReader, beforeMs: number): { position: Position; atMs: number } {
  const atMs = beforeMs + reader.difference();
  const groups = Array.from({ length: GROUPS }, () => groupFromBytes(reader.bytes(GROUP_BYTES)));
  return { position: positionAt(atMs).slice(0, TIME_CHARACTERS) + groups.join(''), atMs };
}

function groupToBytes(characters: string): number[] {
  let bits = 0;
  for (const character of characters) bits = bits * ALPHABET.length + ALPHABET.indexOf(character);
  return Array.from({ length: GROUP_BYTES }, (_, index) => Math.floor(bits / 256 ** index) % 256);
}

function groupFromBytes(bytes: readonly number[]): string {
  let bits = bytes.reduce((sum, byte, index) => sum + byte * 256 ** index, 0);
  let characters = '';
  for (let count = 0; count < GROUP_CHARACTERS; count += 1) {
    characters = ALPHABET.charAt(bits % ALPHABET.length) + characters;
    bits = Math.floor(bits / ALPHABET.length);
  }
  return characters;
}
