import type { IPublishPacket, Packet } from 'mqtt-packet';
import type { Time } from './time.ts';
import type { Violations } from './violations.ts';

/** What reached the application of a client. */
export interface Delivery {
  readonly id: string;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly subscriptionIdentifiers: readonly number[];
}

interface Seen {
  readonly id: string;
  readonly qos: 1 | 2;
}

/** The receiving half of a client's session: packet identifiers of QoS 2 messages that are not released. */
export class ModelReceiver {
  readonly #name: string;
  readonly #time: Time;
  readonly #receiveMaximum: number;
  readonly #thinkMs: () => number;
  readonly #violations: Violations;
  readonly delivered: Delivery[] = [];
  /** Identifiers that stand for a message: by PUBLISH, until the client has sent the last acknowledgement. */
  #held = new Map<number, Seen>();
  /** QoS 2 messages that were acknowledged by PUBREC in this session, by identifier, released or not. */
  #received = new Map<number, string>();
  /** All that was ever sent to this client in this session, for DUP. */
  #seen = new Set<string>();
  #send: ((packet: Packet) => void) | undefined;
  /** Of this connection: not finally acknowledged. */
  #underWay = new Set<number>();
  #acknowledgeAtMs = 0;

  constructor(
    name: string,
    time: Time,
    receiveMaximum: number,
    thinkMs: () => number,
    violations: Violations,
  ) {
    this.#name = name;
    this.#time = time;
    this.#receiveMaximum = receiveMaximum;
    this.#thinkMs = thinkMs;
    this.#violations = violations;
  }

  resume(send: (packet: Packet) => void): void {
    this.#send = send;
    this.#underWay = new Set();
    // What it was about to acknowledge comes again: only PUBLISH and PUBREL are sent again. [MQTT-4.4.0-1]
    for (const [packetId, { qos }] of this.#held) if (qos === 1) this.#held.delete(packetId);
  }

  pause(): void {
    this.#send = undefined;
  }

  /** [MQTT-3.2.2-5] */
  discard(): void {
    this.#held = new Map();
    this.#received = new Map();
    this.#seen = new Set();
  }

  published(packet: IPublishPacket): void {
    const { messageId: packetId, qos, dup } = packet;
    const id = packet.payload.toString();
    if (qos === 0 || packetId === undefined) {
      this.#deliver(packet);
      return;
    }
    const held = this.#held.get(packetId);
    const key = `${qos} ${packetId} ${id}`;
    if (held !== undefined && (held.id !== id || held.qos !== qos))
      this.#violate('MQTT-2.2.1-4', `${id} under ${packetId}, which stands for ${held.id}`);
    if (this.#seen.has(key) && !dup) this.#violate('MQTT-3.3.1-1', `${id} again without DUP`);
    this.#seen.add(key);
    this.#underWay.add(packetId);
    if (this.#underWay.size > this.#receiveMaximum)
      this.#violate('MQTT-3.3.4-9', `${this.#underWay.size} of ${this.#receiveMaximum} under way`);
    this.#held.set(packetId, { id, qos });
    if (qos === 1) {
      this.#deliver(packet);
      this.#acknowledge({ cmd: 'puback', messageId: packetId });
      return;
    }
    // [MQTT-4.3.3-6]
    if (held === undefined && this.#received.get(packetId) === id)
      this.#violate('MQTT-4.3.3-6', `${id} by PUBLISH ${packetId} after its PUBREL`);
    if (held === undefined) this.#deliver(packet);
    this.#acknowledge({ cmd: 'pubrec', messageId: packetId });
  }

  released(packetId: number): void {
    if (!this.#received.has(packetId))
      this.#violate('MQTT-4.3.3-4', `PUBREL ${packetId} without a PUBREC before`);
    const isHeld = this.#held.get(packetId)?.qos === 2;
    this.#acknowledge({ cmd: 'pubcomp', messageId: packetId, ...(!isHeld && { reasonCode: 0x92 }) });
  }

  #deliver({ payload, topic, qos, retain, properties }: IPublishPacket): void {
    const identifiers = properties?.subscriptionIdentifier ?? [];
    this.delivered.push({
      id: payload.toString(),
      topic,
      qos,
      retain,
      subscriptionIdentifiers: Array.isArray(identifiers) ? identifiers : [identifiers],
    });
  }

  /** After a while, in the order of what it answers. [MQTT-4.6.0-2] [MQTT-4.6.0-3] */
  #acknowledge(packet: Extract<Packet, { cmd: 'puback' | 'pubrec' | 'pubcomp' }>): void {
    const send = this.#send;
    this.#acknowledgeAtMs = Math.max(this.#acknowledgeAtMs, this.#time.clock() + this.#thinkMs());
    this.#time.at(this.#acknowledgeAtMs, () => {
      // The connection has ended meanwhile.
      if (send === undefined || send !== this.#send) return;
      const { cmd, messageId: packetId = 0 } = packet;
      if (cmd === 'pubrec') this.#received.set(packetId, this.#held.get(packetId)?.id ?? '');
      else {
        this.#held.delete(packetId);
        this.#underWay.delete(packetId);
      }
      send(packet);
    });
  }

  #violate(clause: string, what: string): void {
    this.#violations.add(clause, `${this.#name} got ${what}`);
  }
}
