import type { Limits } from '../configuration/options.ts';
import type { Transport } from '../sockets/transport.ts';
import { PING_RESPONSE } from './own-packets.ts';

export interface OutgoingObserver {
  /** The client has more unread than is good. */
  readonly stuck: () => void;
  readonly freed: () => void;
  /** It has had its time to read. */
  readonly deaf: () => void;
}

/** What is written to one client, which may read slowly or not at all. */
export class Outgoing {
  private readonly transport: Transport;
  private readonly limits: Limits;
  private readonly observer: OutgoingObserver;
  private unreadTimer: NodeJS.Timeout | undefined;
  private owedPingResponses = 0;

  constructor(transport: Transport, limits: Limits, observer: OutgoingObserver) {
    this.transport = transport;
    this.limits = limits;
    this.observer = observer;
  }

  get isStuck(): boolean {
    return this.unreadTimer !== undefined;
  }

  write(bytes: Uint8Array): void {
    this.transport.write(bytes);
    if (this.isStuck || this.transport.unwrittenBytes <= this.limits.maximumUnwrittenBytes) return;
    this.unreadTimer = setTimeout(() => this.observer.deaf(), this.limits.unreadTimeoutMs);
    this.observer.stuck();
  }

  answerPing(): void {
    // Counted, else a client that pings and does not read would fill this process with tiny packets.
    if (this.transport.isFull) this.owedPingResponses += 1;
    else this.write(PING_RESPONSE);
  }

  drained(): void {
    const wasStuck = this.isStuck;
    this.stop();
    if (this.owedPingResponses > 0) {
      const owed = Buffer.alloc(this.owedPingResponses * PING_RESPONSE.length, PING_RESPONSE);
      this.owedPingResponses = 0;
      this.write(owed);
    }
    if (wasStuck && !this.isStuck) this.observer.freed();
  }

  stop(): void {
    clearTimeout(this.unreadTimer);
    this.unreadTimer = undefined;
  }
}
