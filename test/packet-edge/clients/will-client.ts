import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt-packet';
import type { PacketEdgeDependencies } from '#packet-edge/dependencies';
import { handlePackets } from '#packet-edge/handle-packets';
import type { CloseReason, ConnectionContext, PacketsResponse } from '#packets/carrying/exchange';
import type { LoggedMessage } from '#session/message';
import { LOG_END, LOG_START } from '#session/position';
import type { Session } from '#session/session';

/** Of the listener process that carries these clients' packets. */
export const LISTENER_ADDRESS = 'here';

export interface WillAsked {
  readonly payload?: string;
  readonly topic?: string;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly delaySeconds?: number;
  readonly properties?: object;
}

export interface ConnectAsked {
  readonly will?: WillAsked;
  readonly clean?: boolean;
  readonly sessionExpiryInterval?: number;
  readonly protocolVersion?: 4 | 5;
}

/** One client of the packet edge whose connections come and go; its filter is nobody else's. */
export class WillClient {
  readonly clientId: string;
  readonly filter: string;
  readonly #edge: PacketEdgeDependencies;
  readonly #address: string;

  constructor(edge: PacketEdgeDependencies, clientId = `client/${randomUUID()}`, address = LISTENER_ADDRESS) {
    this.clientId = clientId;
    this.filter = `wills/${clientId}`;
    this.#edge = edge;
    this.#address = address;
  }

  /** The same client before another instance. */
  on(edge: PacketEdgeDependencies): WillClient {
    return new WillClient(edge, this.clientId, this.#address);
  }

  /** The same client, with connections through another listener. */
  through(address: string): WillClient {
    return new WillClient(this.#edge, this.clientId, address);
  }

  connect(atMs: number, asked: ConnectAsked): Promise<WillConnection> {
    return this.connectAs(randomUUID(), atMs, asked);
  }

  async connectAs(id: string, atMs: number, asked: ConnectAsked): Promise<WillConnection> {
    const { will, clean = false, sessionExpiryInterval = 600, protocolVersion = 5 } = asked;
    const bytes = mqtt.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion,
      clientId: this.clientId,
      clean,
      keepalive: 60,
      ...(protocolVersion === 5 && { properties: { sessionExpiryInterval } }),
      ...(will !== undefined && { will: this.#willOf(will, protocolVersion) }),
    });
    const connection = new WillConnection(this.#edge, id, this.#address);
    await connection.send(atMs, bytes);
    return connection;
  }

  async session(): Promise<Session> {
    const session = await this.#edge.sessions.get(this.clientId);
    if (session === undefined) throw new Error(`${this.clientId} has no session`);
    return session;
  }

  /** What the log holds for whoever subscribes to the client's filter. */
  async published(): Promise<LoggedMessage[]> {
    const messages: LoggedMessage[] = [];
    const all = { from: LOG_START, upTo: LOG_END, shards: 1, filter: this.filter };
    for await (const message of this.#edge.log.read(all)) messages.push(message);
    for await (const message of this.#edge.log.readStragglers(all)) messages.push(message);
    return messages;
  }

  /** As if somebody had subscribed to the filter. */
  async listen(): Promise<void> {
    await this.#edge.routes.ensure({ filter: this.filter, retainSeconds: 3600, shards: 1 });
  }

  #willOf(
    { payload = 'gone', topic, qos = 1, retain = false, delaySeconds, properties }: WillAsked,
    version: 4 | 5,
  ) {
    const willDelay = delaySeconds === undefined ? {} : { willDelayInterval: delaySeconds };
    return {
      topic: topic ?? this.filter,
      payload: Buffer.from(payload),
      qos,
      retain,
      ...(version === 5 && { properties: { ...willDelay, ...properties } }),
    };
  }
}

export class WillConnection {
  readonly id: string;
  readonly #edge: PacketEdgeDependencies;
  readonly #address: string;
  #context: ConnectionContext | undefined;

  constructor(edge: PacketEdgeDependencies, id: string, address: string, context?: ConnectionContext) {
    this.#edge = edge;
    this.id = id;
    this.#address = address;
    this.#context = context;
  }

  /** The same connection, handed to another instance by its carrier. */
  on(edge: PacketEdgeDependencies): WillConnection {
    return new WillConnection(edge, this.id, this.#address, this.#context);
  }

  async send(atMs: number, bytes: Uint8Array): Promise<PacketsResponse> {
    const data = Buffer.from(bytes).toString('base64');
    return this.#exchange({ packets: [{ data, receivedAtMs: atMs }] });
  }

  disconnect(atMs: number, reasonCode = 0, properties = {}): Promise<PacketsResponse> {
    return this.send(
      atMs,
      mqtt.generate({ cmd: 'disconnect', reasonCode, properties }, { protocolVersion: 5 }),
    );
  }

  subscribe(atMs: number, ...subscriptions: readonly { readonly topic: string; readonly qos: 0 | 1 | 2 }[]) {
    const bytes = mqtt.generate(
      { cmd: 'subscribe', messageId: 1, subscriptions: [...subscriptions] },
      { protocolVersion: 5 },
    );
    return this.send(atMs, bytes);
  }

  /** In one request. */
  sendAll(atMs: number, packets: readonly mqtt.Packet[]): Promise<PacketsResponse> {
    const all = packets.map((packet) => mqtt.generate(packet, { protocolVersion: 5 }).toString('base64'));
    return this.#exchange({ packets: all.map((data) => ({ data, receivedAtMs: atMs })) });
  }

  acknowledge(atMs: number, cmd: 'puback' | 'pubrec' | 'pubcomp', messageId: number) {
    return this.send(atMs, mqtt.generate({ cmd, messageId, reasonCode: 0 }, { protocolVersion: 5 }));
  }

  /** Its carrier was told that something waits. */
  look(): Promise<PacketsResponse> {
    return this.#exchange({ packets: [], look: {} });
  }

  lose(atMs: number, reason: CloseReason = 'CONNECTION_LOST'): Promise<PacketsResponse> {
    return this.#exchange({ packets: [], closed: { reason, atMs } });
  }

  async #exchange(request: Pick<Parameters<typeof handlePackets>[0], 'packets' | 'look' | 'closed'>) {
    const connection = { id: this.id, carrier: { kind: 'listener', address: this.#address } } as const;
    const context = this.#context === undefined ? {} : { context: this.#context };
    const response = await handlePackets({ connection, ...context, ...request }, this.#edge);
    this.#context = response.context ?? this.#context;
    return response;
  }
}
