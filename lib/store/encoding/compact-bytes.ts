import { StoreItemError } from '../errors.ts';

const STEP = 0x80;

/** Writes numbers in as few bytes as they need, seven bits a byte, so that a list of them stays one small Binary. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  /** A whole number from 0. */
  number(value: number): void {
    let rest = value;
    while (rest >= STEP) {
      this.#bytes.push((rest % STEP) + STEP);
      rest = Math.floor(rest / STEP);
    }
    this.#bytes.push(rest);
  }

  /** A whole number that may be negative: small ones of either sign stay small. */
  difference(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(bytes: Iterable<number>): void {
    this.#bytes.push(...bytes);
  }

  written(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Reads what a ByteWriter wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#next();
      if (byte < STEP) return value + byte * scale;
      value += (byte - STEP) * scale;
      scale *= STEP;
    }
  }

  difference(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(count: number): number[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) {
      throw new StoreItemError(
        `A Binary attribute ends after ${this.#bytes.length} bytes in the middle of an entry; remove the item or restore it`,
      );
    }
    this.#at += 1;
    return byte;
  }
}
