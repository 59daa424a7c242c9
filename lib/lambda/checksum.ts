/*
 * Stands for @smithy/core/checksum in the bundles. Beside what Node has it brings the same in JavaScript, for a Node
 * without its crypto: 5 KB of each bundle.
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

type Bytes = string | ArrayBuffer | NodeJS.ArrayBufferView;

const bytesOf = (data: Bytes): string | NodeJS.ArrayBufferView =>
  typeof data === 'string' || ArrayBuffer.isView(data) ? data : new Uint8Array(data);

/** Of SQS: its answers say the MD5 of what they hold. */
export class Md5 {
  readonly digestLength = 16;
  #hash = createHash('md5');

  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return Uint8Array.from(this.#hash.copy().digest());
  }

  reset(): void {
    this.#hash = createHash('md5');
  }
}

/** Of signed requests. With a secret it is an HMAC, which can be asked for once. */
export class Sha256 {
  readonly digestLength = 32;
  readonly #secret: Bytes | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.#secret = secret;
    this.#hash = this.#begin();
  }

  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    const hash = 'copy' in this.#hash ? this.#hash.copy() : this.#hash;
    return Uint8Array.from(hash.digest());
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}
