import { isExpired, type Message, type QoS } from './message.ts';
import type { Outbound, Outgoing } from './outbound.ts';

export interface SessionOptions {
  clientId: string;
  protocolVersion: 4 | 5;
  storedMessagesPerSecond: number;
  clock(): number;
}

/** The broker's session of one client: subscriptions, and QoS 1 messages while the client is away. */
export class BrokerSession {
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly subscriptions = new Map<string, QoS>();
  /** 0 ends the session with its connection. */
  expirySeconds = 0;
  readonly #options: SessionOptions;
  #outbound: Outbound | undefined;
  #stored: Outgoing[] = [];
  #disconnectedAtMs: number | undefined;
  #drain: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.clientId = options.clientId;
    this.protocolVersion = options.protocolVersion;
    this.#options = options;
  }

  get connected(): boolean {
    return this.#outbound !== undefined;
  }

  get persistent(): boolean {
    return this.expirySeconds > 0;
  }

  hasExpired(nowMs: number): boolean {
    const since = this.#disconnectedAtMs;
    return since !== undefined && since + this.expirySeconds * 1000 <= nowMs;
  }

  deliver(message: Message, qos: QoS, retain = false): void {
    const outgoing = { message, qos, retain };
    if (this.#outbound !== undefined) this.#outbound.send(outgoing);
    else if (qos === 1 && this.persistent) this.#stored.push(outgoing);
  }

  /** A connection takes up the session: what is stored goes out slowly, beside the live messages. */
  attach(outbound: Outbound): void {
    this.#outbound = outbound;
    this.#disconnectedAtMs = undefined;
    this.#sendStored();
  }

  detach(): void {
    clearTimeout(this.#drain);
    const unacknowledged = this.#outbound?.close() ?? [];
    this.#stored = [...unacknowledged, ...this.#stored];
    this.#outbound = undefined;
    this.#disconnectedAtMs = this.#options.clock();
  }

  stop(): void {
    clearTimeout(this.#drain);
  }

  #sendStored(): void {
    const nowMs = this.#options.clock();
    let next = this.#stored.shift();
    while (next !== undefined && isExpired(next.message, nowMs)) next = this.#stored.shift();
    if (next === undefined) return;
    this.#outbound?.send(next);
    this.#drain = setTimeout(() => this.#sendStored(), 1000 / this.#options.storedMessagesPerSecond);
  }
}
