import type { IClientOptions } from 'mqtt';

export type MessageIdProvider = NonNullable<IClientOptions['messageIdProvider']>;

const HIGHEST = 65_535;

/**
 * Packet identifiers that no message under way has, also none that was sent before the process began.
 * [MQTT-2.2.1-3] MQTT.js itself would give such a one again, and the stored message would be overwritten.
 */
export class MessageIds implements MessageIdProvider {
  readonly #isStored: (messageId: number) => boolean;
  readonly #used = new Set<number>();
  #last = 0;

  constructor(isStored: (messageId: number) => boolean) {
    this.#isStored = isStored;
  }

  /** `null` if all are in use: MQTT.js then waits until one is free. */
  allocate(): number | null {
    for (let tried = 0; tried < HIGHEST; tried += 1) {
      this.#last = (this.#last % HIGHEST) + 1;
      if (this.#used.has(this.#last) || this.#isStored(this.#last)) continue;
      this.#used.add(this.#last);
      return this.#last;
    }
    return null;
  }

  getLastAllocated(): number | null {
    return this.#last === 0 ? null : this.#last;
  }

  /** For a packet that has its identifier already. */
  register(messageId: number): boolean {
    if (this.#used.has(messageId)) return false;
    this.#used.add(messageId);
    return true;
  }

  deallocate(messageId: number): void {
    this.#used.delete(messageId);
  }

  /** At every new connection; what is stored stays in use. */
  clear(): void {
    this.#used.clear();
  }
}
