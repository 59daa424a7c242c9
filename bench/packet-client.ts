import { randomUUID } from 'node:crypto';
import mqtt, { type Packet } from 'mqtt-packet';
import { handlePackets } from '#packet-edge/handle-packets';
import type { ConnectionContext, PacketsResponse } from '#packets/carrying/exchange';
import type { Consumed } from '#store/requests/capacity';
import { packetEdge } from '#test/packet-edge/dependencies';
import type { TestTables } from '#test/store/dynamodb/tables';
import { Ledger } from './tables.ts';

/** One step of a conversation: what the service used for it. */
export interface Step {
  readonly name: string;
  readonly requests: readonly Consumed[];
}

/** An MQTT 5 client of the packet edge, in the process, whose every request to DynamoDB is counted. */
export class PacketClient {
  readonly clientId: string;
  readonly #id = randomUUID();
  readonly #edge: ReturnType<typeof packetEdge>;
  readonly #ledger: Ledger;
  #context: ConnectionContext | undefined;
  #lastMs = 0;

  constructor(tables: TestTables, clientId: string) {
    const client = tables.newClient();
    this.clientId = clientId;
    this.#ledger = new Ledger(client);
    this.#edge = packetEdge({ ...tables, newClient: () => client });
  }

  async connect(sessionExpiryInterval: number, clean: boolean): Promise<Step> {
    const { step } = await this.#exchange('CONNECT', {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 5,
      clientId: this.clientId,
      clean,
      keepalive: 60,
      properties: { sessionExpiryInterval },
    });
    return step;
  }

  /** Sends one packet; `look`: a signal asks for what waits instead. */
  async send(name: string, packet: Packet): Promise<{ step: Step; answers: readonly Buffer[] }> {
    return this.#exchange(name, packet);
  }

  async look(name: string, filter: string): Promise<{ step: Step; answers: readonly Buffer[] }> {
    return this.#exchange(name, undefined, [filter]);
  }

  async #exchange(name: string, packet: Packet | undefined, look?: readonly string[]) {
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
    const data = packet && mqtt.generate(packet, { protocolVersion: 5 }).toString('base64');
    this.#ledger.take();
    const response: PacketsResponse = await handlePackets(
      {
        connection: { id: this.#id, carrier: { kind: 'listener', address: 'bench' } },
        ...(this.#context && { context: this.#context }),
        packets: data === undefined ? [] : [{ data, receivedAtMs: this.#lastMs }],
        ...(look && { look: { filters: look } }),
      },
      this.#edge,
    );
    this.#context = response.context ?? this.#context;
    const answers = response.packets.map((each) => Buffer.from(each, 'base64'));
    return { step: { name, requests: this.#ledger.take() }, answers };
  }
}
