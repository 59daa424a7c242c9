import { connect, type Socket } from 'node:net';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { eventually } from '#test/local/eventually';

/** Sends what no client library would send, and keeps what comes back. */
export class RawClient {
  readonly packets: Packet[] = [];
  closed = false;
  readonly socket: Socket;
  private readonly protocolVersion: 4 | 5;

  constructor(port: number | undefined, protocolVersion: 4 | 5 = 5) {
    this.protocolVersion = protocolVersion;
    this.socket = connect(port ?? 0, '127.0.0.1');
    const incoming = parser({ protocolVersion });
    incoming.on('packet', (packet) => this.packets.push(packet));
    this.socket.on('data', (bytes) => incoming.parse(bytes));
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(...packets: readonly Packet[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => this.bytesOf(packet))));
  }

  bytesOf(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.protocolVersion });
  }

  connectPacket(options: Partial<Extract<Packet, { cmd: 'connect' }>> = {}): Packet {
    return {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.protocolVersion,
      clientId: 'raw',
      clean: true,
      keepalive: 60,
      ...options,
    };
  }

  /** CONNECT, and waits for CONNACK. */
  async connect(options: Partial<Extract<Packet, { cmd: 'connect' }>> = {}): Promise<this> {
    this.send(this.connectPacket(options));
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

  /** Waits for the other side to close the connection. */
  async end(): Promise<void> {
    await eventually(() => {
      if (!this.closed) throw new Error('the connection is still open');
    }, 3_000);
  }
}

/** A PUBLISH at QoS 0 with the count as its payload. */
export function numbered(count: number): IPublishPacket {
  return published(String(count));
}

/** A PUBLISH at QoS 0 of so many bytes. */
export function sized(bytes: number): Packet {
  return published(Buffer.alloc(bytes, 65));
}

function published(payload: string | Buffer): IPublishPacket {
  return { cmd: 'publish', topic: 'count', payload, qos: 0, dup: false, retain: false };
}

/** Payloads of the PUBLISH packets that a client has got. */
export function payloads({ packets }: RawClient): string[] {
  return packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []));
}
