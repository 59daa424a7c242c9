import { hasNull } from '#session/utf8';
import { REASON_CODES } from '../reason-codes.ts';
import { type Clause, type Refusal, refusalIn } from '../refusal.ts';
import type { ProtocolVersion } from '../types.ts';

/** [MQTT-1.5.4-3] U+FEFF is a character like any other, also at the start. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ILL_FORMED: Clause = { 4: 'MQTT-1.5.3-1', 5: 'MQTT-1.5.4-1' };
const NULL_CHARACTER: Clause = { 4: 'MQTT-1.5.3-2', 5: 'MQTT-1.5.4-2' };
const CUT_OFF: Clause = { 4: 'MQTT-4.8.0-1', 5: 'MQTT-4.13.1-1' };

/**
 * Reads the data types of MQTT (section 1.5) one after the other. The first refusal stays: from then on
 * nothing remains and every read gives 0 or an empty value, so that a caller asks once, at the end.
 */
export class ByteReader {
  readonly protocolVersion: ProtocolVersion;
  readonly #bytes: Uint8Array;
  #position: number;
  #refusal: Refusal | undefined;

  constructor(bytes: Uint8Array, position: number, protocolVersion: ProtocolVersion) {
    this.#bytes = bytes;
    this.#position = position;
    this.protocolVersion = protocolVersion;
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  refuse(reasonCode: number, reason: string, clause: Clause): void {
    this.#refusal ??= refusalIn({ reasonCode, reason, clause }, this.protocolVersion);
    this.#position = this.#bytes.length;
  }

  byte(what: string): number {
    return this.#take(1, what)[0] ?? 0;
  }

  uint16(what: string): number {
    const [high = 0, low = 0] = this.#take(2, what);
    return high * 0x100 + low;
  }

  uint32(what: string): number {
    return this.#take(4, what).reduce((value, byte) => value * 0x100 + byte, 0);
  }

  variableByteInteger(what: string): number {
    let value = 0;
    for (let bytes = 0; bytes < 4; bytes += 1) {
      const byte = this.byte(what);
      value += (byte & 0x7f) * 0x80 ** bytes;
      if (byte >= 0x80) continue;
      if (byte === 0 && bytes > 0 && this.protocolVersion === 5) {
        const reason = `${what} is ${value} in ${bytes + 1} bytes, but fewer are enough`;
        this.refuse(REASON_CODES.malformedPacket, reason, 'MQTT-1.5.5-1');
      }
      return value;
    }
    const reason = `${what} goes on after 4 bytes, but a variable byte integer has at most 4`;
    this.refuse(REASON_CODES.malformedPacket, reason, { 4: 'MQTT 3.1.1, 2.2.3', 5: 'MQTT 5, 1.5.5' });
    return 0;
  }

  binary(what: string): Uint8Array {
    return this.#take(this.uint16(`the length of ${what}`), what);
  }

  string(what: string): string {
    const bytes = this.binary(what);
    try {
      const text = UTF8.decode(bytes);
      if (!hasNull(text)) return text;
      this.refuse(REASON_CODES.malformedPacket, `${what} has no U+0000, but contains it`, NULL_CHARACTER);
    } catch {
      const reason = `${what} is well-formed UTF-8, but its ${bytes.length} bytes are not`;
      this.refuse(REASON_CODES.malformedPacket, reason, ILL_FORMED);
    }
    return '';
  }

  /** Everything to the end of the packet. */
  rest(): Uint8Array {
    return this.#take(this.remaining, 'the payload');
  }

  /** One packet, and nothing behind it. */
  end(what: string): void {
    if (this.remaining === 0) return;
    const reason = `${what} has ended, but ${this.remaining} bytes follow`;
    this.refuse(REASON_CODES.malformedPacket, reason, CUT_OFF);
  }

  #take(length: number, what: string): Uint8Array {
    if (length > this.remaining) {
      const reason = `${what} has ${length} bytes, but only ${this.remaining} follow`;
      this.refuse(REASON_CODES.malformedPacket, reason, CUT_OFF);
      return new Uint8Array();
    }
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }
}
