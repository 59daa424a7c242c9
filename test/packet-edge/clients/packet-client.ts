import { randomUUID } from 'node:crypto';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { PacketEdgeDependencies } from '#packet-edge/dependencies';
import { handlePackets } from '#packet-edge/handle-packets';
import type { ConnectionContext, PacketsRequest } from '#packets/carrying/exchange';

/** A packet with the time at which its carrier has stamped it. */
export interface Stamped {
  readonly packet: Packet;
  readonly atMs: number;
}

/** One MQTT 5 connection without a carrier: packets are stamped and handed over as a test says. */
export class PacketClient {
  readonly clientId: string;
  readonly #edge: PacketEdgeDependencies;
  readonly #connection: PacketsRequest['connection'];
  #context: ConnectionContext | undefined;

  constructor(edge: PacketEdgeDependencies, clientId: string = randomUUID()) {
    this.clientId = clientId;
    this.#edge = edge;
    this.#connection = { id: randomUUID(), carrier: { kind: 'listener', address: 'here' } };
  }

  connect(atMs: number): Promise<Packet[]> {
    const base = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, keepalive: 60 } as const;
    return this.exchange([{ atMs, packet: { ...base, clean: true, clientId: this.clientId } }]);
  }

  /** Hands the packets over in one request, and says what is answered. */
  async exchange(stamped: readonly Stamped[], look?: PacketsRequest['look']): Promise<Packet[]> {
    const response = await handlePackets(
      {
        connection: this.#connection,
        ...(this.#context !== undefined && { context: this.#context }),
        packets: stamped.map(({ packet, atMs }) => ({
          data: generate(packet, { protocolVersion: 5 }).toString('base64'),
          receivedAtMs: atMs,
        })),
        ...(look !== undefined && { look }),
      },
      this.#edge,
    );
    this.#context = response.context;
    const packets: Packet[] = [];
    const incoming = parser({ protocolVersion: 5 });
    incoming.on('packet', (packet) => packets.push(packet));
    for (const packet of response.packets) incoming.parse(Buffer.from(packet, 'base64'));
    return packets;
  }
}
