import type { IPublishPacket, Packet } from 'mqtt-packet';
import { halfPayload, type Noted, Notes, type Observation } from './notes.ts';
import { ObservedConnection } from './observed-client.ts';
import { CLIENTS, type ShownStep } from './steps.ts';

export interface ObservedBroker {
  readonly port: number;
  /** Resolves once the broker does nothing, as far as that can be told. */
  readonly quiet?: () => Promise<void>;
}

type Connect = Extract<ShownStep, { kind: 'connect' }>;
type Act = Exclude<ShownStep, { kind: 'connect' }>;
type NumberedPublish = IPublishPacket & { readonly messageId: number };

interface Actor extends Noted {
  connection: ObservedConnection | undefined;
  /** As its connection was made. */
  connect: Connect | undefined;
  packetId: number;
}

const INTERVAL_SECONDS = 3_600;
/** Rounds in which nothing may come any more: the end of a link, and what follows from it, takes some. */
const ROUNDS = 3;
const DISCONNECT_WITH_WILL = 0x04;

/** Plays steps before one broker and notes all that its clients see of it. */
export class Observer {
  readonly #broker: ObservedBroker;
  readonly #prefix: string;
  readonly #notes: Notes;
  readonly #actors = new Map<string, Actor>();
  readonly #witness: ObservedConnection;
  #published = 0;
  /** The step that is being played. */
  #step = 0;

  /** @param prefix of client identifiers and topics: a broker sees many observers */
  constructor(broker: ObservedBroker, prefix: string) {
    this.#broker = broker;
    this.#prefix = prefix;
    this.#notes = new Notes(prefix);
    this.#witness = new ObservedConnection(broker.port, 4, 'nothing');
  }

  async observe(steps: readonly ShownStep[]): Promise<Observation> {
    await this.#witness.ask(connectPacket(`${this.#prefix}witness`, 4), 'connack');
    for (const [index, step] of steps.entries()) {
      this.#step = index;
      await this.#play(step);
      await this.#calmDown();
    }
    for (const { connection } of this.#actors.values()) await connection?.cut();
    await this.#witness.cut();
    return this.#notes.observation;
  }

  async #play(step: ShownStep): Promise<void> {
    const actor = this.#actor(step.client);
    if (step.kind === 'connect') return this.#connect(step, actor);
    const { connection } = actor;
    actor.packetId += 1;
    if (connection?.isOpen) await this.#act(step, actor, connection);
    return undefined;
  }

  #actor(name: string): Actor {
    const known = this.#actors.get(name);
    if (known !== undefined) return known;
    const nothing = { connection: undefined, connect: undefined, noted: 0, packetId: 0 };
    const actor: Actor = { name, messages: new Map(), ...nothing };
    this.#actors.set(name, actor);
    return actor;
  }

  async #act(step: Act, actor: Actor, connection: ObservedConnection): Promise<void> {
    const messageId = actor.packetId;
    switch (step.kind) {
      case 'cut':
        return connection.cut();
      case 'disconnect':
        return connection.disconnect(step.withWill ? DISCONNECT_WITH_WILL : 0);
      case 'subscribe': {
        const { filter, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh, identifier } = step;
        const properties = identifier === undefined ? {} : { subscriptionIdentifier: identifier };
        const subscriptions = [{ topic: this.#prefix + filter, qos, nl, rap, rh }];
        const packet = { cmd: 'subscribe', messageId, subscriptions, properties } as const;
        const suback = await connection.ask(packet, 'suback');
        return this.#notes.answered(actor, `subscribe ${filter}: ${suback?.granted}`);
      }
      case 'unsubscribe': {
        const unsubscriptions = [this.#prefix + step.filter];
        const unsuback = await connection.ask({ cmd: 'unsubscribe', messageId, unsubscriptions }, 'unsuback');
        const granted = versionOf(actor) === 5 ? `: ${unsuback?.granted}` : '';
        return this.#notes.answered(actor, `unsubscribe ${step.filter}${granted}`);
      }
      case 'publish': {
        const payload = step.empty && step.retain ? '' : `message ${this.#count()}`;
        return publish(connection, this.#packetOf(step, payload, messageId));
      }
      case 'publishUnreleased': {
        const packet = this.#packetOf(
          { ...step, qos: 2, retain: false },
          `message ${this.#count()}`,
          messageId,
        );
        await connection.ask(packet, 'pubrec');
        return undefined;
      }
      case 'publishHalf': {
        const payload = halfPayload(actor.name, this.#count());
        const packet = this.#packetOf({ ...step, retain: false }, payload, messageId);
        return this.#publishHalf(step.until, actor, connection, packet);
      }
    }
  }

  async #connect(connect: Connect, actor: Actor): Promise<void> {
    // mosquitto publishes no will at a takeover: see differences.ts.
    if (actor.connect?.will !== undefined && actor.connection?.isOpen && connect.takesOver !== true) {
      await actor.connection.cut();
      await this.#calmDown();
    }
    const wasOpen = actor.connection?.isOpen === true;
    const connection = new ObservedConnection(this.#broker.port, versionOf(actor), connect.acknowledging);
    const connack = await connection.ask(this.#connectPacketOf(connect, actor), 'connack');
    if (wasOpen) await this.#calmDown();
    this.#notes.take(actor, this.#step);
    actor.connection = connection;
    actor.connect = connect;
    actor.noted = connection.packets.findIndex(({ cmd }) => cmd === 'connack') + 1;
    this.#notes.answered(actor, `connect: session present ${connack?.sessionPresent}`);
  }

  #connectPacketOf({ clean, lasts, will }: Connect, actor: Actor): Packet {
    const version = versionOf(actor);
    return {
      ...connectPacket(this.#prefix + actor.name, version),
      // Version 3.1.1 says both by one flag.
      clean: version === 4 ? clean || !lasts : clean,
      ...(version === 5 && { properties: { sessionExpiryInterval: lasts ? INTERVAL_SECONDS : 0 } }),
      ...(will !== undefined && {
        will: { ...will, topic: this.#prefix + will.topic, payload: Buffer.from(`will ${this.#count()}`) },
      }),
    };
  }

  /** The link breaks in the middle; the client comes back at once and goes on with it. [MQTT-4.4.0-1] */
  async #publishHalf(
    until: 'publish' | 'receipt',
    actor: Actor,
    connection: ObservedConnection,
    packet: NumberedPublish,
  ): Promise<void> {
    const { connect } = actor;
    // A session that ends forgets the message; a will is one message more of the same moment.
    if (connect === undefined || !connect.lasts || connect.will !== undefined) return;
    if (versionOf(actor) === 4 && connect.clean) return;
    await connection.ask(packet, packet.qos === 1 ? 'puback' : 'pubrec');
    await connection.cut();
    await this.#calmDown();
    await this.#connect({ ...connect, clean: false }, actor);
    if (actor.connection === undefined) return;
    const { messageId } = packet;
    if (until === 'publish') await publish(actor.connection, { ...packet, dup: true });
    else if (packet.qos === 2) await actor.connection.ask({ cmd: 'pubrel', messageId }, 'pubcomp');
  }

  #packetOf(
    { topic, qos, retain }: Pick<Extract<ShownStep, { kind: 'publish' }>, 'topic' | 'qos' | 'retain'>,
    payload: string,
    messageId: number,
  ): NumberedPublish {
    return { cmd: 'publish', topic: this.#prefix + topic, payload, qos, retain, dup: false, messageId };
  }

  #count(): number {
    this.#published += 1;
    return this.#published;
  }

  /** Until everybody has got all that the step has brought. */
  async #calmDown(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.#broker.quiet?.();
      const before = this.#received();
      await this.#witness.ask({ cmd: 'pingreq' }, 'pingresp');
      for (const { connection } of this.#actors.values())
        if (connection?.isOpen) await connection.ask({ cmd: 'pingreq' }, 'pingresp');
      if (this.#received() !== before) round = -1;
    }
    for (const actor of this.#actors.values()) this.#notes.take(actor, this.#step);
  }

  #received(): number {
    const connections = [...this.#actors.values()].flatMap(({ connection }) => connection ?? []);
    const packets = connections.flatMap((connection) => connection.packets);
    return packets.filter(({ cmd }) => cmd !== 'pingresp').length;
  }
}

async function publish(connection: ObservedConnection, packet: NumberedPublish): Promise<void> {
  const { messageId, qos } = packet;
  if (qos === 0) return connection.send(packet);
  await connection.ask(packet, qos === 1 ? 'puback' : 'pubrec');
  if (qos === 2) await connection.ask({ cmd: 'pubrel', messageId }, 'pubcomp');
  return undefined;
}

function versionOf({ name }: Noted): 4 | 5 {
  return CLIENTS[name] ?? 5;
}

function connectPacket(clientId: string, protocolVersion: 4 | 5): Extract<Packet, { cmd: 'connect' }> {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion, clientId, clean: true, keepalive: 600 };
}
