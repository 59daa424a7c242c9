import type { Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { Established } from './established.ts';
import { LIMITS } from './limits.ts';
import type { DisconnectReason } from './options.ts';
import { REASON } from './reason-codes.ts';

/** How long a socket may take to send its last bytes. */
const CLOSING_MS = 500;
/** How long a new socket may take to send CONNECT. */
const CONNECT_MS = 10_000;

export interface ConnectionOwner {
  /** The promise tells when the next packet may be handed over; undefined = now. */
  packet(connection: ClientConnection, packet: Packet): Promise<void> | undefined;
  /** Once for each connection, whoever ended it. */
  ended(connection: ClientConnection, reason: DisconnectReason): void;
}

/** One network connection: bytes to packets and back, keep alive, and its end. */
export class ClientConnection {
  readonly socket: Socket;
  protocolVersion: 4 | 5 = 4;
  /** Set by a CONNECT that was accepted. */
  established: Established | undefined;
  readonly #owner: ConnectionOwner;
  readonly #parser = parser();
  #packets: Packet[] = [];
  #busy = false;
  #malformed = false;
  #ended = false;
  #silence: NodeJS.Timeout;
  #closing: NodeJS.Timeout | undefined;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.socket = socket;
    this.#owner = owner;
    this.#silence = setTimeout(() => this.end('CLIENT_ERROR'), CONNECT_MS);
    this.#parser.on('packet', (packet) => this.#packets.push(packet));
    this.#parser.on('error', () => {
      this.#malformed = true;
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#closing);
      // What came before is handled before, even when it has to wait.
      if (!this.#busy) this.end('CONNECTION_LOST');
    });
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** The connection counts as lost after one and a half times the keep alive ([MQTT-3.1.2-22]). */
  startKeepAlive(seconds: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      // What the client says is not read for the moment.
      if (this.#busy) this.#silence.refresh();
      else this.end('MQTT_KEEP_ALIVE_TIMEOUT', REASON.keepAliveTimeout);
    }, seconds * 1500);
  }

  /** False if it is larger than the client accepts, and so was not sent. */
  send(packet: Packet, maximumBytes = Number.POSITIVE_INFINITY): boolean {
    if (this.#ended) return true;
    const bytes = generate(packet, { protocolVersion: this.protocolVersion });
    if (bytes.length > maximumBytes) return false;
    this.socket.write(bytes);
    return true;
  }

  /** The reason code goes to MQTT 5 clients in a DISCONNECT; MQTT 3.1.1 has none from the server. */
  end(reason: DisconnectReason, reasonCode?: number): void {
    if (this.#ended) return;
    if (reasonCode !== undefined && this.protocolVersion === 5 && this.established !== undefined) {
      this.send({ cmd: 'disconnect', reasonCode });
    }
    this.#ended = true;
    clearTimeout(this.#silence);
    this.socket.end();
    if (!this.socket.destroyed) this.#closing = setTimeout(() => this.socket.destroy(), CLOSING_MS);
    this.#owner.ended(this, reason);
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return;
    this.#silence.refresh();
    this.#parse(bytes);
    if (!this.#busy) this.#handOver();
  }

  /** Packet by packet. While the broker is not ready for the next one, no more is read. */
  #handOver(): void {
    while (!this.#ended) {
      const packet = this.#packets.shift();
      if (packet === undefined) break;
      const taken = this.#owner.packet(this, packet);
      if (taken === undefined) continue;
      this.#busy = true;
      this.socket.pause();
      void taken.then(() => {
        this.#busy = false;
        this.socket.resume();
        this.#handOver();
        if (this.socket.closed && !this.#busy) this.end('CONNECTION_LOST');
      });
      return;
    }
    if (this.#ended) return;
    if (this.#malformed) this.end('CLIENT_ERROR', REASON.malformedPacket);
    else if (this.#pendingBytes() > LIMITS.packetBytes) this.end('CLIENT_ERROR', REASON.packetTooLarge);
  }

  #parse(bytes: Buffer): void {
    try {
      this.#parser.parse(bytes);
    } catch {
      // Lengths that point outside of the packet.
      this.#malformed = true;
    }
  }

  /** Remaining Length of the packet that is still coming in. */
  #pendingBytes(): number {
    return (this.#parser as unknown as { packet?: { length: number } }).packet?.length ?? 0;
  }
}
