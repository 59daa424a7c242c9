import type { IPublishPacket } from 'mqtt-packet';
import type { ObservedConnection } from './observed-client.ts';

type Lines = Readonly<Record<string, readonly string[]>>;

/** What was seen of a broker, in lines that are alike if it was alike. */
export interface Observation {
  /** By client and topic, what came, in its order. */
  readonly deliveries: Lines;
  /** By client, what it was answered; PUBREL by client and topic, since topics have no order among them. */
  readonly answers: Lines;
}

/** A client as far as its notes go. */
export interface Noted {
  /** Without what tells observers apart. */
  readonly name: string;
  readonly connection: ObservedConnection | undefined;
  /** How many packets of the connection have been noted. */
  noted: number;
  /** By the packet identifiers of the broker. */
  readonly messages: Map<number, { readonly topic: string; readonly text: string }>;
}

/** Payload of a message whose publisher loses its link in the middle. */
export function halfPayload(publisher: string, count: number): string {
  return `half of ${publisher} ${count}`;
}

/** Keeps what clients see. */
export class Notes {
  readonly #prefix: string;
  readonly #deliveries: Record<string, string[]> = {};
  readonly #answers: Record<string, string[]> = {};

  /** @param prefix of topics, which is left out */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get observation(): Observation {
    return { deliveries: this.#deliveries, answers: this.#answers };
  }

  answered({ name }: Pick<Noted, 'name'>, line: string): void {
    this.#answers[name] = [...(this.#answers[name] ?? []), line];
  }

  /** What has come since the last time. */
  take(client: Noted, step: number): void {
    const packets = client.connection?.packets ?? [];
    for (const packet of packets.slice(client.noted)) {
      if (packet.cmd === 'publish') this.#delivered(client, packet, step);
      if (packet.cmd === 'pubrel') this.#released(client, packet.messageId ?? 0, step);
      if (packet.cmd === 'disconnect') this.answered(client, `DISCONNECT ${packet.reasonCode}`);
    }
    client.noted = packets.length;
  }

  #delivered(client: Noted, packet: IPublishPacket, step: number): void {
    const { topic, payload, qos, retain, dup, messageId, properties } = packet;
    const text = payload.toString();
    const message = { topic: topic.slice(this.#prefix.length), text };
    if (messageId !== undefined) client.messages.set(messageId, message);
    if (isOwnHalf(client, text)) return;
    const identifiers = [properties?.subscriptionIdentifier ?? []].flat().sort();
    const flags = `QoS ${qos}${retain ? ' retained' : ''}${dup ? ' again' : ''} [${identifiers}]`;
    const key = `${client.name} ${message.topic}`;
    this.#deliveries[key] = [...(this.#deliveries[key] ?? []), `${text} ${flags} at step ${step}`];
  }

  #released(client: Noted, packetId: number, step: number): void {
    const { topic, text } = client.messages.get(packetId) ?? { topic: 'no topic', text: 'nothing' };
    if (isOwnHalf(client, text)) return;
    this.answered({ name: `${client.name} ${topic}` }, `PUBREL of ${text} at step ${step}`);
  }
}

/** Whether it came to its publisher before the link broke depends on when a broker hands it on. */
function isOwnHalf({ name }: Noted, payload: string): boolean {
  return payload.startsWith(`half of ${name} `);
}
