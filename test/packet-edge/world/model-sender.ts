import type { Packet } from 'mqtt-packet';
import type { Violations } from './violations.ts';

/** What an application publishes. */
export interface Publication {
  readonly id: string;
  readonly publisher: string;
  /** The first one of a publisher is 0. */
  readonly sequence: number;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

interface Outgoing {
  readonly packetId: number;
  readonly publication: Publication;
  state: 'publish' | 'pubrel';
}

type Acknowledgement = Extract<Packet, { cmd: 'puback' | 'pubrec' | 'pubcomp' }>;

const LARGEST_PACKET_ID = 65_535;
const FIRST_FAILURE = 0x80;

/** The sending half of a client's session: QoS 1 and 2 messages not completely acknowledged, in order. */
export class ModelSender {
  readonly #name: string;
  readonly #violations: Violations;
  readonly #waiting: Publication[] = [];
  readonly #window: number;
  #outgoing: Outgoing[] = [];
  #lastPacketId = 0;
  #send: ((packet: Packet) => void) | undefined;
  /** Per packet identifier what the server may still answer on this connection. */
  #awaited = new Map<string, number>();
  /** Completely acknowledged. */
  readonly completed: Publication[] = [];

  constructor(name: string, window: number, violations: Violations) {
    this.#name = name;
    this.#window = window;
    this.#violations = violations;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#outgoing.length === 0;
  }

  publish(publication: Publication): void {
    this.#waiting.push(publication);
    this.#sendWaiting();
  }

  /** The session goes on: everything once more, in the original order. [MQTT-4.4.0-1] [MQTT-4.6.0-1] */
  resume(send: (packet: Packet) => void): void {
    this.#send = send;
    this.#awaited = new Map();
    for (const each of this.#outgoing) {
      if (each.state === 'pubrel') this.#sendPubrel(each.packetId);
      else this.#sendPublish(each, true);
    }
    this.#sendWaiting();
  }

  pause(): void {
    this.#send = undefined;
  }

  /** The server holds no session: what was under way is gone. [MQTT-3.2.2-5] */
  discard(): readonly Publication[] {
    const lost = this.#outgoing.map(({ publication }) => publication);
    this.#outgoing = [];
    return lost;
  }

  freePacketId(): number {
    do this.#lastPacketId = (this.#lastPacketId % LARGEST_PACKET_ID) + 1;
    while (this.#outgoing.some(({ packetId }) => packetId === this.#lastPacketId));
    return this.#lastPacketId;
  }

  acknowledged({ cmd, messageId: packetId = 0, reasonCode = 0 }: Acknowledgement): void {
    if (!this.#take(cmd, packetId)) {
      this.#violations.add('MQTT-4.3.3', `${this.#name} got ${cmd} ${packetId} that answers nothing`);
      return;
    }
    if (reasonCode >= FIRST_FAILURE)
      this.#violations.add('MQTT-4.3.3', `${this.#name} got ${cmd} ${packetId} with reason ${reasonCode}`);
    const entry = this.#outgoing.find((each) => each.packetId === packetId);
    if (entry === undefined) return;
    if (cmd === 'pubrec') {
      entry.state = 'pubrel';
      this.#sendPubrel(packetId);
      return;
    }
    this.#outgoing = this.#outgoing.filter((each) => each !== entry);
    this.completed.push(entry.publication);
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    while (this.#send !== undefined && this.#outgoing.length < this.#window) {
      const publication = this.#waiting.shift();
      if (publication === undefined) return;
      if (publication.qos === 0) {
        this.#send(publishPacket(publication));
        continue;
      }
      const entry: Outgoing = { packetId: this.freePacketId(), publication, state: 'publish' };
      this.#outgoing.push(entry);
      this.#sendPublish(entry, false);
    }
  }

  #sendPublish({ packetId, publication }: Outgoing, dup: boolean): void {
    this.#await(publication.qos === 1 ? 'puback' : 'pubrec', packetId);
    this.#send?.({ ...publishPacket(publication), messageId: packetId, dup });
  }

  #sendPubrel(packetId: number): void {
    this.#await('pubcomp', packetId);
    this.#send?.({ cmd: 'pubrel', messageId: packetId });
  }

  #await(cmd: string, packetId: number): void {
    const key = `${cmd} ${packetId}`;
    this.#awaited.set(key, (this.#awaited.get(key) ?? 0) + 1);
  }

  #take(cmd: string, packetId: number): boolean {
    const key = `${cmd} ${packetId}`;
    const count = this.#awaited.get(key) ?? 0;
    this.#awaited.set(key, count - 1);
    return count > 0;
  }
}

function publishPacket({ topic, id, qos, retain }: Publication) {
  return { cmd: 'publish' as const, topic, payload: id, qos, retain, dup: false };
}
