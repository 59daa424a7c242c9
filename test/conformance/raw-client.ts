import { connect, type Socket } from 'node:net';
import { generate, type IConnackPacket, type IConnectPacket, type Packet, parser } from 'mqtt-packet';

export type Version = 4 | 5;
export type Kind = Packet['cmd'];
export type Received<Which extends Kind> = Extract<Packet, { cmd: Which }>;
export type Connect = Partial<IConnectPacket>;
type Publish = Received<'publish'>;
type Subscription = Received<'subscribe'>['subscriptions'][number];

/** How long an answer may take on a machine that does much else. */
const PATIENCE_MS = 20_000;

/** Where they are in a CONNECT of fewer than 128 bytes. */
const CONNECT_FLAGS_AT = 9;
const CLEAN_START = 0b0000_0010;

interface Waiting {
  readonly wanted: (packet: Packet) => boolean;
  readonly found: (packet: Packet) => void;
}

/**
 * A client that sends exactly what it is told, acknowledges nothing by itself, and hands out what comes in the
 * order in which it came.
 */
export class RawClient {
  /** All that has come. */
  readonly received: Packet[] = [];
  readonly version: Version;
  /** Of the connection, once `connect` has been answered. */
  connack: IConnackPacket | undefined;
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private readonly chunks: Buffer[] = [];
  private untaken: Packet[] = [];
  private waiting: Waiting[] = [];
  private packetId = 0;
  clientId = '';

  constructor(port: number, version: Version) {
    this.version = version;
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    const incoming = parser({ protocolVersion: version });
    incoming.on('packet', (packet) => this.take(packet));
    this.socket.on('data', (bytes: Buffer) => {
      this.chunks.push(bytes);
      incoming.parse(bytes);
    });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  /* What is sent. */

  send(...packets: readonly Packet[]): void {
    this.sendBytes(...packets.map((packet) => this.bytesOf(packet)));
  }

  bytesOf(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.version });
  }

  sendBytes(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  sendConnect(options: Connect = {}): void {
    const { clientId = '', clean = true, ...others } = options;
    this.clientId = clientId;
    const base = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.version,
      keepalive: 60,
    } as const;
    // The generator knows no empty identifier without Clean Start.
    const bytes = this.bytesOf({ ...base, clientId, clean: clean || clientId === '', ...others });
    if (!clean && clientId === '')
      bytes.writeUInt8(bytes.readUInt8(CONNECT_FLAGS_AT) & ~CLEAN_START, CONNECT_FLAGS_AT);
    this.sendBytes(bytes);
  }

  /** CONNECT, and its CONNACK. */
  async connect(options: Connect = {}): Promise<this> {
    this.sendConnect(options);
    this.connack = await this.next('connack');
    this.clientId ||= this.connack.properties?.assignedClientIdentifier ?? '';
    return this;
  }

  /** SUBSCRIBE, and its SUBACK. */
  async subscribe(
    subscriptions: string | Subscription | readonly Subscription[],
    subscriptionIdentifier?: number,
  ): Promise<Received<'suback'>> {
    const list =
      typeof subscriptions === 'string'
        ? [{ topic: subscriptions, qos: 2 as const }]
        : [subscriptions].flat();
    const messageId = this.nextPacketId();
    this.send({
      cmd: 'subscribe',
      messageId,
      subscriptions: [...list] as Subscription[],
      ...(subscriptionIdentifier !== undefined && { properties: { subscriptionIdentifier } }),
    });
    return this.next('suback', messageId);
  }

  /** UNSUBSCRIBE, and its UNSUBACK. */
  async unsubscribe(...filters: readonly string[]): Promise<Received<'unsuback'>> {
    const messageId = this.nextPacketId();
    this.send({ cmd: 'unsubscribe', messageId, unsubscriptions: [...filters] });
    return this.next('unsuback', messageId);
  }

  /** PUBLISH, without waiting for anything. */
  sendPublish(topic: string, payload: string | Buffer, options: Partial<Publish> = {}): number {
    const { qos = 0 } = options;
    const messageId = options.messageId ?? (qos > 0 ? this.nextPacketId() : 0);
    const base = { cmd: 'publish', topic, payload, qos, dup: false, retain: false } as const;
    this.send({ ...base, ...options, ...(qos > 0 && { messageId }) });
    return messageId;
  }

  /** PUBLISH, and all of its handshake. */
  async publish(topic: string, payload: string | Buffer, options: Partial<Publish> = {}): Promise<void> {
    const messageId = this.sendPublish(topic, payload, options);
    if (options.qos === 1) await this.next('puback', messageId);
    if (options.qos !== 2) return;
    await this.next('pubrec', messageId);
    this.send({ cmd: 'pubrel', messageId });
    await this.next('pubcomp', messageId);
  }

  acknowledge(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', { messageId }: Packet, reasonCode = 0): void {
    const code = this.version === 5 ? { reasonCode } : {};
    this.send({ cmd, ...(messageId !== undefined && { messageId }), ...code });
  }

  nextPacketId(): number {
    this.packetId += 1;
    return this.packetId;
  }

  /* What comes. */

  /** All that has come, as it came. */
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Takes the first packet of a kind, and with a packet identifier if one is given, that has come or comes. */
  next<Which extends Kind>(cmd: Which, messageId?: number): Promise<Received<Which>> {
    const wanted = (packet: Packet) =>
      packet.cmd === cmd && (messageId === undefined || packet.messageId === messageId);
    return this.first(wanted, `${cmd}${messageId === undefined ? '' : ` ${messageId}`}`) as Promise<
      Received<Which>
    >;
  }

  /** Takes the next PUBLISH and gives the server all acknowledgements that it wants. */
  async message(): Promise<Publish> {
    const publish = await this.next('publish');
    if (publish.qos === 1) this.acknowledge('puback', publish);
    if (publish.qos === 2) {
      this.acknowledge('pubrec', publish);
      this.acknowledge('pubcomp', await this.next('pubrel', publish.messageId));
    }
    return publish;
  }

  /** Payloads of the next messages, as many as are asked for. */
  async payloads(count: number): Promise<string[]> {
    const payloads: string[] = [];
    while (payloads.length < count) payloads.push((await this.message()).payload.toString());
    return payloads;
  }

  /** What of a kind has come and was not taken. */
  left<Which extends Kind>(cmd: Which): Received<Which>[] {
    return this.untaken.filter((packet) => packet.cmd === cmd) as Received<Which>[];
  }

  /** Resolves when the server has handled all that was sent before, and its answers are here. */
  async settled(): Promise<void> {
    await this.unsubscribe('none/such');
  }

  /* The end. */

  /** DISCONNECT, and the end of the connection. */
  async disconnect(options: Partial<Received<'disconnect'>> = {}): Promise<void> {
    this.send({ cmd: 'disconnect', ...options });
    await this.ended();
  }

  /** Resolves when the server has closed the connection. */
  async ended(): Promise<void> {
    await within(this.closed, () => `the connection is still open; so far came ${this.summary()}`);
  }

  /** The link breaks. */
  drop(): void {
    this.socket.destroy();
  }

  private take(packet: Packet): void {
    this.received.push(packet);
    const index = this.waiting.findIndex(({ wanted }) => wanted(packet));
    const [waiting] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (waiting === undefined) this.untaken.push(packet);
    else waiting.found(packet);
  }

  private first(wanted: (packet: Packet) => boolean, what: string): Promise<Packet> {
    const index = this.untaken.findIndex(wanted);
    const [packet] = index < 0 ? [] : this.untaken.splice(index, 1);
    if (packet !== undefined) return Promise.resolve(packet);
    const coming = new Promise<Packet>((found) => this.waiting.push({ wanted, found }));
    return within(coming, () => `no ${what} came, but ${this.summary()}`);
  }

  private summary(): string {
    return (
      this.received.map(({ cmd, messageId }) => `${cmd} ${messageId ?? ''}`.trim()).join(', ') || 'nothing'
    );
  }
}

async function within<Result>(promise: Promise<Result>, otherwise: () => string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise())), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
