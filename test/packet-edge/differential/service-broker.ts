import { setTimeout as delay } from 'node:timers/promises';
import { startListener } from '#listener/listener';
import { handlePackets } from '#packet-edge/handle-packets';
import type { PacketsRequest, Signal } from '#packets/carrying/exchange';
import { parsePacketsRequest } from '#packets/carrying/exchange-codec';
import { NEVER } from '#session/expiry';
import { packetEdge } from '#test/packet-edge/dependencies';
import { memoryTables } from '#test/store/memory/memory-dynamodb';

const ADDRESS = 'here';
/** After a stamp, until the answer that waited for the clock to pass it has gone out. */
const HELD_MS = 3;

/** This service on a free port, and whether it is at work. */
export class ServiceBroker {
  readonly port: number;
  readonly stop: () => Promise<void>;
  #running = 0;
  #stampedUntilMs = 0;
  #isQuiet: (() => void)[] = [];

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port;
    this.stop = stop;
  }

  static async start(): Promise<ServiceBroker> {
    let receive: (signal: Signal) => void = () => undefined;
    const edge = packetEdge(memoryTables(), {
      policy: { maximumSessionExpiryInterval: NEVER },
      onSignals: (_, signals) => {
        for (const signal of signals) receive(signal);
      },
    });
    let broker: ServiceBroker | undefined;
    const listener = await startListener({
      packets: (request) => {
        // As it would come through Lambda.
        const parsed = parsePacketsRequest(JSON.parse(JSON.stringify(request)));
        if (!parsed.ok) throw new Error(parsed.problems.join('; '));
        const answer = handlePackets(parsed.request, edge);
        return broker === undefined ? answer : broker.#counted(request, answer);
      },
      signals: {
        start: async (given) => {
          receive = given;
          return ADDRESS;
        },
        stop: async () => undefined,
        destroy: () => undefined,
      },
      ports: { mqtt: 0 },
      host: '127.0.0.1',
      log: () => undefined,
    });
    broker = new ServiceBroker(listener.ports.mqtt ?? 0, async () => listener.destroy());
    return broker;
  }

  /** Resolves once no request is being handled and no answer is held back. */
  async quiet(): Promise<void> {
    for (;;) {
      if (this.#running > 0) await new Promise<void>((resolve) => this.#isQuiet.push(resolve));
      const leftMs = this.#stampedUntilMs + HELD_MS - Date.now();
      if (leftMs <= 0 && this.#running === 0) return;
      await delay(Math.max(1, leftMs));
    }
  }

  async #counted<Answer>({ packets }: PacketsRequest, answer: Promise<Answer>): Promise<Answer> {
    this.#running += 1;
    for (const { receivedAtMs } of packets)
      this.#stampedUntilMs = Math.max(this.#stampedUntilMs, receivedAtMs);
    try {
      return await answer;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#isQuiet.splice(0)) resolve();
    }
  }
}
