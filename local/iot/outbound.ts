import type { IPublishPacket } from 'mqtt-packet';
import { isExpired, type Message, type QoS, wireProperties } from './message.ts';

export type Settlement = 'acknowledged' | 'connectionLost' | 'notSendable';

/** One message on its way to one connection. */
export interface Outgoing {
  readonly message: Message;
  readonly qos: QoS;
  readonly retain: boolean;
  /** A direct message: never kept for a later connection. Told how it ended. */
  readonly settle?: (settlement: Settlement) => void;
}

export interface OutboundOptions {
  /** False if the packet is larger than the client accepts ([MQTT-3.1.2-24]). */
  write(packet: IPublishPacket): boolean;
  /** Receive Maximum of the client, or the broker's own limit if that is lower. */
  window: number;
  clock(): number;
}

/** What is sent to one connection: QoS 1 messages within the window, the others after them in order. */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #inflight = new Map<number, Outgoing>();
  readonly #waiting: Outgoing[] = [];
  #lastPacketId = 0;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  send(outgoing: Outgoing): void {
    if (outgoing.qos === 1 && this.#inflight.size >= this.#options.window) this.#waiting.push(outgoing);
    else this.#transmit(outgoing);
  }

  acknowledge(packetId: number): void {
    const outgoing = this.#inflight.get(packetId);
    if (outgoing === undefined) return;
    this.#inflight.delete(packetId);
    outgoing.settle?.('acknowledged');
    this.#fillWindow();
  }

  /** Takes a message back that has not been sent yet. */
  withdraw(outgoing: Outgoing): void {
    const index = this.#waiting.indexOf(outgoing);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** Ends it; comes back with the QoS 1 messages that a session may still owe to its client. */
  close(): Outgoing[] {
    const unacknowledged = [...this.#inflight.values(), ...this.#waiting];
    this.#inflight.clear();
    this.#waiting.length = 0;
    for (const { settle } of unacknowledged) settle?.('connectionLost');
    return unacknowledged.filter(({ settle }) => settle === undefined);
  }

  #fillWindow(): void {
    while (this.#inflight.size < this.#options.window) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#transmit(next);
    }
  }

  #transmit(outgoing: Outgoing): void {
    const { message, qos, retain, settle } = outgoing;
    const nowMs = this.#options.clock();
    // Expired while it waited ([MQTT-3.3.2-5]).
    if (isExpired(message, nowMs)) return;
    const packetId = qos === 1 ? this.#unusedPacketId() : undefined;
    const sent = this.#options.write({
      cmd: 'publish',
      topic: message.topic,
      payload: message.payload,
      qos,
      retain,
      // The broker does not support the flag: a message sent again looks like a new one.
      dup: false,
      ...(packetId !== undefined && { messageId: packetId }),
      properties: wireProperties(message, nowMs),
    });
    if (!sent) settle?.('notSendable');
    else if (packetId !== undefined) this.#inflight.set(packetId, outgoing);
  }

  #unusedPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % 0xffff) + 1;
    } while (this.#inflight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
