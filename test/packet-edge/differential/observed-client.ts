import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';

/** Which acknowledgements a client sends: none at all, PUBACK and PUBREC but no PUBCOMP, or every one. */
export type Acknowledging = 'nothing' | 'receipt' | 'everything';

type Kind = Packet['cmd'];

/** One network connection to a broker, with all that has come on it. */
export class ObservedConnection {
  readonly packets: Packet[] = [];
  isOpen = true;
  readonly #socket: Socket;
  readonly #protocolVersion: 4 | 5;
  readonly #acknowledging: Acknowledging;
  readonly #waiting: { readonly wanted: (packet: Packet) => boolean; readonly found: () => void }[] = [];
  readonly #closed: Promise<unknown>;

  constructor(port: number, protocolVersion: 4 | 5, acknowledging: Acknowledging) {
    this.#protocolVersion = protocolVersion;
    this.#acknowledging = acknowledging;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    const incoming = parser({ protocolVersion });
    incoming.on('packet', (packet) => this.#received(packet));
    this.#socket.on('data', (bytes: Buffer) => incoming.parse(bytes));
    this.#socket.on('error', () => undefined);
    this.#closed = once(this.#socket, 'close').then(() => {
      this.isOpen = false;
      for (const { found } of this.#waiting.splice(0)) found();
    });
  }

  send(packet: Packet): void {
    this.#socket.write(generate(packet, { protocolVersion: this.#protocolVersion }));
  }

  /** Sends a packet and waits for its answer; undefined when the broker closes the connection instead. */
  async ask<Wanted extends Kind>(
    packet: Packet,
    kind: Wanted,
  ): Promise<Extract<Packet, { cmd: Wanted }> | undefined> {
    let answer: Packet | undefined;
    const wanted = (each: Packet) => {
      if (each.cmd !== kind) return false;
      answer = each;
      return true;
    };
    const answered = new Promise<void>((found) => {
      this.#waiting.push({ wanted, found });
    });
    this.send(packet);
    if (this.isOpen) await answered;
    return answer as Extract<Packet, { cmd: Wanted }> | undefined;
  }

  /** The link breaks; the broker learns it at once. */
  async cut(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }

  /** DISCONNECT, and the end of the connection. */
  async disconnect(reasonCode: number): Promise<void> {
    this.send({ cmd: 'disconnect', reasonCode });
    this.#socket.end();
    await this.#closed;
  }

  #received(packet: Packet): void {
    this.packets.push(packet);
    this.#acknowledge(packet);
    const index = this.#waiting.findIndex(({ wanted }) => wanted(packet));
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.found();
  }

  #acknowledge(packet: Packet): void {
    if (this.#acknowledging === 'nothing') return;
    const { messageId } = packet;
    if (messageId === undefined) return;
    if (packet.cmd === 'publish' && packet.qos === 1) this.send({ cmd: 'puback', messageId });
    if (packet.cmd === 'publish' && packet.qos === 2) this.send({ cmd: 'pubrec', messageId });
    if (packet.cmd === 'pubrel' && this.#acknowledging === 'everything')
      this.send({ cmd: 'pubcomp', messageId });
  }
}
