import type { Random } from '#local/random';
import { variableByteInteger } from './bytes.ts';

type Mutation = (bytes: number[], random: Random, others: readonly Uint8Array[]) => void;

/** Ends of ranges, continuation bits, parts of ill-formed UTF-8, lengths that are too long. */
const TELLING = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x7f, 0x80, 0xc0, 0xed, 0xa0, 0xff, 0x23, 0x2b, 0x26];

const below = (random: Random, limit: number) => Math.floor(random() * limit);

function chosen<Value>(random: Random, values: readonly [Value, ...Value[]] | readonly Value[]): Value {
  const value = values[below(random, values.length)];
  if (value === undefined) throw new Error('There is nothing to choose from');
  return value;
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = below(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
  },
  function setByte(bytes, random) {
    bytes[below(random, bytes.length)] = chosen(random, TELLING);
  },
  function insert(bytes, random) {
    bytes.splice(below(random, bytes.length + 1), 0, chosen(random, TELLING));
  },
  function remove(bytes, random) {
    bytes.splice(below(random, bytes.length), 1 + below(random, 4));
  },
  function repeat(bytes, random) {
    const start = below(random, bytes.length);
    const part = bytes.slice(start, start + 1 + below(random, 12));
    bytes.splice(start, 0, ...part);
  },
  function cutOff(bytes, random) {
    bytes.splice(1 + below(random, bytes.length));
  },
  function cross(bytes, random, others) {
    const other = chosen(random, others);
    bytes.splice(below(random, bytes.length), bytes.length, ...other.subarray(below(random, other.length)));
  },
];

/** Sets the remaining length right again, so that what else is wrong is found. */
function withRightLength(bytes: readonly number[]): number[] {
  const lengthEnd = bytes.findIndex((byte, index) => index > 0 && byte < 0x80);
  const body = bytes.slice(lengthEnd < 0 || lengthEnd > 4 ? 2 : lengthEnd + 1);
  return [bytes[0] ?? 0, ...variableByteInteger(body.length), ...body];
}

/** One of the packets with a few changes; one in a while as it was. */
export function mutated(packets: readonly Uint8Array[], random: Random): Uint8Array {
  const bytes = [...chosen(random, packets)];
  for (let left = below(random, 4); left > 0 && bytes.length > 0; left -= 1) {
    chosen(random, MUTATIONS)(bytes, random, packets);
  }
  return Uint8Array.from(random() < 0.7 ? withRightLength(bytes) : bytes);
}
