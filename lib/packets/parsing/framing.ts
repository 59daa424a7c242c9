import { REASON_CODES } from '../reason-codes.ts';
import type { Refusal } from '../refusal.ts';

export interface Framed {
  /** Whole control packets, in order, each in a buffer of its own. */
  readonly packets: readonly Uint8Array[];
  /** What came behind them cannot be cut: nothing more will, close the connection. */
  readonly failure?: Refusal;
}

/** First byte and a remaining length of four. */
const MAXIMUM_HEADER_BYTES = 5;

/**
 * Cuts a byte stream into control packets, without looking into them. Holds at most one incomplete packet,
 * and of that not much more than has come, so that a length alone reserves no memory.
 *
 * @example new Framing(1024).push(Uint8Array.of(0xc0, 0, 0xc0)) // { packets: [Uint8Array.of(0xc0, 0)] }
 */
export class Framing {
  readonly #maximumPacketBytes: number;
  /** Of the packet under way; grows by doubling, so that each byte is copied a bounded number of times. */
  #buffer = new Uint8Array(MAXIMUM_HEADER_BYTES);
  #filled = 0;
  /** Bytes of the whole packet, once the remaining length is known. */
  #size: number | undefined;
  #failure: Refusal | undefined;

  /** @param maximumPacketBytes the fixed header included, as Maximum Packet Size counts. [MQTT-3.2.2-15] */
  constructor(maximumPacketBytes: number) {
    this.#maximumPacketBytes = maximumPacketBytes;
  }

  push(chunk: Uint8Array): Framed {
    const packets: Uint8Array[] = [];
    let offset = 0;
    while (offset < chunk.length && this.#failure === undefined) {
      if (this.#size === undefined) {
        this.#header(chunk[offset] ?? 0);
        offset += 1;
      } else {
        offset += this.#body(chunk.subarray(offset), this.#size);
      }
      if (this.#filled === this.#size) packets.push(this.#take());
    }
    return this.#failure === undefined ? { packets } : { packets, failure: this.#failure };
  }

  #header(byte: number): void {
    this.#buffer[this.#filled] = byte;
    this.#filled += 1;
    if (this.#filled === 1) return;
    const lengthBytes = this.#filled - 1;
    if (byte >= 0x80) {
      if (this.#filled < MAXIMUM_HEADER_BYTES) return;
      this.#fail(
        REASON_CODES.malformedPacket,
        'a remaining length has at most 4 bytes, but goes on after them',
        'MQTT 5, 1.5.5',
      );
      return;
    }
    let remaining = 0;
    for (let index = lengthBytes; index >= 1; index -= 1) {
      remaining = remaining * 0x80 + ((this.#buffer[index] ?? 0) & 0x7f);
    }
    const size = this.#filled + remaining;
    if (size > this.#maximumPacketBytes) {
      this.#fail(
        REASON_CODES.packetTooLarge,
        `a packet has at most ${this.#maximumPacketBytes} bytes, but one of ${size} came`,
        'MQTT-3.2.2-15',
      );
      return;
    }
    this.#size = size;
  }

  /** Takes what belongs to the packet and says how many bytes that were. */
  #body(bytes: Uint8Array, size: number): number {
    const taken = bytes.subarray(0, size - this.#filled);
    const needed = this.#filled + taken.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(size, Math.max(needed, 2 * this.#buffer.length)));
      grown.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = grown;
    }
    this.#buffer.set(taken, this.#filled);
    this.#filled = needed;
    return taken.length;
  }

  #take(): Uint8Array {
    const packet = this.#buffer.subarray(0, this.#filled);
    this.#buffer = new Uint8Array(MAXIMUM_HEADER_BYTES);
    this.#filled = 0;
    this.#size = undefined;
    return packet;
  }

  #fail(reasonCode: number, reason: string, clause: string): void {
    this.#failure = { reasonCode, reason, clause };
    this.#buffer = new Uint8Array();
  }
}
