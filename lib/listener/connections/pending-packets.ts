import type { PacketsRequest } from '#packets/carrying/exchange';
import { receiveTimeAfter } from '#packets/carrying/receive-times';

/** Of one request, so that Lambda's 6 MB hold it in base64 and one invocation stays short. */
const MAXIMUM_BATCH_PACKETS = 100;
const MAXIMUM_BATCH_BYTES = 1_048_576;

/** What a pending packet costs beside its bytes, so that many tiny ones count as well. */
const OVERHEAD_BYTES = 128;

interface Pending {
  readonly bytes: Uint8Array;
  readonly receivedAtMs: number;
}

/** Packets of one connection that were received and not handed over yet. */
export class PendingPackets {
  private packets: Pending[] = [];
  private lastReceivedAtMs = 0;
  /** Memory that they take, roughly. */
  bytes = 0;

  get length(): number {
    return this.packets.length;
  }

  get first(): Uint8Array | undefined {
    return this.packets[0]?.bytes;
  }

  add(bytes: Uint8Array, nowMs: number): void {
    this.lastReceivedAtMs = receiveTimeAfter(bytes, this.lastReceivedAtMs, nowMs);
    this.packets.push({ bytes, receivedAtMs: this.lastReceivedAtMs });
    this.bytes += bytes.length + OVERHEAD_BYTES;
  }

  /** Takes the oldest packets, as many as one request may hold; at least one, if there is any. */
  takeBatch(): PacketsRequest['packets'] {
    let count = 0;
    let batchBytes = 0;
    for (const { bytes } of this.packets) {
      if (count === MAXIMUM_BATCH_PACKETS) break;
      if (count > 0 && batchBytes + bytes.length > MAXIMUM_BATCH_BYTES) break;
      count += 1;
      batchBytes += bytes.length;
    }
    this.bytes -= batchBytes + count * OVERHEAD_BYTES;
    return this.packets
      .splice(0, count)
      .map(({ bytes, receivedAtMs }) => ({ data: base64(bytes), receivedAtMs }));
  }

  clear(): void {
    this.packets = [];
    this.bytes = 0;
  }
}

function base64({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('base64');
}
