import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import type { IotCore } from '#local/iot/iot-core';
import { eventually } from '#test/local/eventually';

/** Sends what no client library would send, and keeps what comes back. */
export class RawClient {
  readonly packets: Packet[] = [];
  closed = false;
  readonly #socket: Socket;
  readonly #protocolVersion: 4 | 5;

  constructor(core: IotCore, protocolVersion: 4 | 5) {
    this.#protocolVersion = protocolVersion;
    this.#socket = connect(core.port, '127.0.0.1');
    const incoming = parser({ protocolVersion });
    incoming.on('packet', (packet) => this.packets.push(packet));
    this.#socket.on('data', (bytes) => incoming.parse(bytes));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.closed = true;
    });
    onTestFinished(() => {
      this.#socket.destroy();
    });
  }

  send(packet: Packet): void {
    this.sendBytes(generate(packet, { protocolVersion: this.#protocolVersion }));
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** CONNECT, and waits for CONNACK. */
  async connect(options: Partial<Extract<Packet, { cmd: 'connect' }>> = {}): Promise<this> {
    this.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.#protocolVersion,
      clientId: 'raw',
      clean: true,
      keepalive: 60,
      ...options,
    });
    await this.next('connack');
    return this;
  }

  /** The first packet of a kind that has come, or comes. */
  async next<Kind extends Packet['cmd']>(kind: Kind): Promise<Extract<Packet, { cmd: Kind }>> {
    return eventually(() => {
      const packet = this.packets.find(({ cmd }) => cmd === kind);
      if (packet === undefined) throw new Error(`no ${kind} among ${JSON.stringify(this.packets)}`);
      return packet as Extract<Packet, { cmd: Kind }>;
    }, 3_000);
  }

  /** Nothing more is sent. */
  finish(): void {
    this.#socket.end();
  }

  /** Waits for the broker to close the connection. */
  async end(): Promise<void> {
    await eventually(() => {
      if (!this.closed) throw new Error('the connection is still open');
    }, 3_000);
  }
}
