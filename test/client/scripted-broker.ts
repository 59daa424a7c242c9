import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { eventually } from '#test/local/eventually';

export type Answer = (packet: Packet) => readonly Packet[];

/** One network connection as the server sees it. */
export class ServerSide {
  readonly received: Packet[] = [];
  readonly socket: Socket;

  constructor(socket: Socket, answer: Answer) {
    this.socket = socket;
    const reader = parser({ protocolVersion: 5 });
    reader.on('packet', (packet) => {
      this.received.push(packet);
      this.send(...answer(packet));
    });
    socket.on('data', (bytes: Buffer) => reader.parse(bytes));
    socket.on('error', () => undefined);
  }

  send(...packets: readonly Packet[]): void {
    for (const packet of packets) this.socket.write(generate(packet, { protocolVersion: 5 }));
  }

  /** PUBLISH and PUBREL as `publish 7 dup text`, and so on, in the order in which they came. */
  get story(): string[] {
    return this.received.flatMap((packet) => {
      if (packet.cmd === 'publish') {
        return [`publish ${packet.messageId}${packet.dup ? ' dup' : ''} ${packet.payload}`];
      }
      return packet.cmd === 'connect' ? [] : [`${packet.cmd} ${packet.messageId}`];
    });
  }

  cut(): void {
    this.socket.destroy();
  }
}

/** A server that says what a test wants it to say. */
export class ScriptedBroker {
  readonly connections: ServerSide[] = [];
  /** What it answers to each packet; CONNACK with Session Present as `sessionPresent` says, nothing else. */
  answer: Answer = () => [];
  sessionPresent = false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections.push(new ServerSide(socket, (packet) => this.#answerTo(packet)));
    });
  }

  static async start(): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker();
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    onTestFinished(() => {
      for (const { socket } of broker.connections) socket.destroy();
      broker.#server.close();
    });
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get last(): ServerSide {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('Nobody has connected yet');
    return last;
  }

  /** Waits for a connection with so many packets after its CONNECT. */
  async hears(packets: number, connections = Math.max(this.connections.length, 1)): Promise<ServerSide> {
    return eventually(() => {
      const connection = this.connections[connections - 1];
      if (connection === undefined || connection.received.length < packets + 1) {
        throw new Error(`${connection?.received.length ?? 'no connection and'} packets so far`);
      }
      return connection;
    });
  }

  #answerTo(packet: Packet): readonly Packet[] {
    if (packet.cmd !== 'connect') return this.answer(packet);
    return [{ cmd: 'connack', reasonCode: 0, sessionPresent: this.sessionPresent }];
  }
}

/** Acknowledges everything at once. */
export const acknowledge: Answer = (packet) => {
  const { messageId = 0 } = packet;
  if (packet.cmd === 'publish' && packet.qos === 1) return [{ cmd: 'puback', messageId }];
  if (packet.cmd === 'publish' && packet.qos === 2) return [{ cmd: 'pubrec', messageId }];
  if (packet.cmd === 'pubrel') return [{ cmd: 'pubcomp', messageId }];
  return [];
};
