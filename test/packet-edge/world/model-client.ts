import { generate, type IConnackPacket, type Packet, parser } from 'mqtt-packet';
import type { Link } from './link.ts';
import type { ModelReceiver } from './model-receiver.ts';
import type { ModelSender } from './model-sender.ts';
import type { Time } from './time.ts';
import type { Violations } from './violations.ts';

export interface Subscribed {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly subscriptionIdentifier?: number;
}

export interface ModelClientOptions {
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly receiveMaximum: number;
  readonly subscriptions: readonly Subscribed[];
}

export interface ClientSurroundings {
  readonly time: Time;
  /** A network connection to some carrier. */
  readonly connect: () => Link;
  readonly backoffMs: () => number;
  readonly violations: Violations;
}

const INTERVAL_SECONDS = 100_000;

/** A client that follows the standard to the letter and comes back as often as its connection is cut. */
export class ModelClient {
  readonly options: ModelClientOptions;
  readonly sender: ModelSender;
  readonly receiver: ModelReceiver;
  readonly #surroundings: ClientSurroundings;
  #link: Link | undefined;
  #hasSession = false;
  #isStopped = false;
  #open: { readonly subscription: Subscribed; readonly packetId: number }[] = [];
  readonly #subscribed = new Set<string>();

  constructor(
    options: ModelClientOptions,
    sender: ModelSender,
    receiver: ModelReceiver,
    surroundings: ClientSurroundings,
  ) {
    this.options = options;
    this.sender = sender;
    this.receiver = receiver;
    this.#surroundings = surroundings;
  }

  get isSubscribed(): boolean {
    return this.#subscribed.size === this.options.subscriptions.length;
  }

  start(): void {
    const link = this.#surroundings.connect();
    this.#link = link;
    const { clientId, protocolVersion, receiveMaximum } = this.options;
    const incoming = parser({ protocolVersion });
    incoming.on('packet', (packet) => {
      if (link === this.#link) this.#received(packet);
    });
    incoming.on('error', (error) => this.#surroundings.violations.add('MQTT-4.13', String(error)));
    link.attach('down', {
      received: (bytes) => incoming.parse(Buffer.from(bytes)),
      ended: () => this.#lost(link),
    });
    this.#send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion,
      clientId,
      clean: false,
      keepalive: 60,
      ...(protocolVersion === 5 && {
        properties: { sessionExpiryInterval: INTERVAL_SECONDS, receiveMaximum },
      }),
    });
  }

  /** The network connection ends here and now; the carrier takes a while to notice. */
  cut(noticedMs: number | undefined): void {
    this.#link?.end(noticedMs);
  }

  /** Does not come back any more. */
  stop(): void {
    this.#isStopped = true;
    this.#link?.end(0);
  }

  #lost(link: Link): void {
    if (link !== this.#link) return;
    this.#link = undefined;
    this.sender.pause();
    this.receiver.pause();
    const { time, backoffMs } = this.#surroundings;
    if (!this.#isStopped) time.at(time.clock() + backoffMs(), () => this.start());
  }

  #send(packet: Packet): void {
    const { protocolVersion } = this.options;
    this.#link?.send('up', generate(packet, { protocolVersion }));
  }

  #received(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        this.#accepted(packet);
        return;
      case 'publish':
        this.receiver.published(packet);
        return;
      case 'pubrel':
        this.receiver.released(packet.messageId ?? 0);
        return;
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        this.sender.acknowledged(packet);
        return;
      case 'suback':
        this.#subscribedTo(packet.messageId ?? 0);
        return;
      default:
        this.#surroundings.violations.add('MQTT-2.1.2', `${this.options.clientId} got ${packet.cmd}`);
    }
  }

  #accepted({ sessionPresent, reasonCode, returnCode }: IConnackPacket): void {
    const { violations } = this.#surroundings;
    const { clientId } = this.options;
    const code = reasonCode ?? returnCode ?? 0;
    if (code !== 0) {
      violations.add('MQTT-3.2.2-7', `${clientId} was refused: ${code}`);
      return;
    }
    if (this.#hasSession && !sessionPresent) {
      violations.add('MQTT-3.2.2-3', `${clientId} was told that its session is gone`);
      this.sender.discard();
      this.receiver.discard();
    }
    this.#hasSession = true;
    const link = this.#link;
    const send = (packet: Packet) => {
      if (link === this.#link) this.#send(packet);
    };
    this.#subscribe();
    this.receiver.resume(send);
    this.sender.resume(send);
  }

  #subscribe(): void {
    const { subscriptions, protocolVersion } = this.options;
    this.#open = [];
    for (const subscription of subscriptions) {
      const { filter, qos, subscriptionIdentifier } = subscription;
      if (this.#subscribed.has(filter)) continue;
      const packetId = this.sender.freePacketId();
      this.#open.push({ subscription, packetId });
      this.#send({
        cmd: 'subscribe',
        messageId: packetId,
        subscriptions: [{ topic: filter, qos }],
        ...(protocolVersion === 5 &&
          subscriptionIdentifier !== undefined && { properties: { subscriptionIdentifier } }),
      });
    }
  }

  #subscribedTo(packetId: number): void {
    const open = this.#open.find((each) => each.packetId === packetId);
    if (open === undefined)
      this.#surroundings.violations.add('MQTT-3.8.4-2', `${this.options.clientId} got SUBACK ${packetId}`);
    else this.#subscribed.add(open.subscription.filter);
  }
}
