import { encodeStored, type KeptPacket } from './stored-packet.ts';
import type { Operation } from './write-queue.ts';

export interface Kept {
  readonly packet: KeptPacket;
  /** It may have reached the server. */
  readonly isSent: boolean;
  /** Rises from packet to packet; a PUBREL has that of its PUBLISH. */
  readonly number: number;
}

/**
 * The packets of one direction in memory, in the order in which they came, by packet identifier. A change is made
 * at once and returns what makes it on the disk.
 */
export class KeptPackets {
  readonly #prefix: string;
  readonly #packets = new Map<number, Kept>();

  /** @param prefix of the keys, a letter */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** In their order: a map keeps the place of what is replaced. */
  all(): readonly Kept[] {
    return [...this.#packets.values()];
  }

  get(packetId: number | undefined): Kept | undefined {
    return this.#packets.get(packetId ?? 0);
  }

  /** In the place of the one with the same identifier, if there is one. */
  set(kept: Kept): Operation {
    this.#packets.set(kept.packet.messageId ?? 0, kept);
    return { type: 'put', key: this.#keyOf(kept), value: encodeStored(kept.packet, kept.isSent) };
  }

  remove(kept: Kept): Operation {
    this.#packets.delete(kept.packet.messageId ?? 0);
    return { type: 'del', key: this.#keyOf(kept) };
  }

  /** The number in a key, undefined if it is of another kind. */
  numberIn(key: string): number | undefined {
    return key.startsWith(this.#prefix) ? Number.parseInt(key.slice(1), 16) : undefined;
  }

  /** In the order of their numbers. */
  #keyOf({ number }: Kept): string {
    return `${this.#prefix}${number.toString(16).padStart(13, '0')}`;
  }
}
